package limen_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func nic(name string, internal bool, addresses ...string) limen.Interface {
	i := limen.Interface{Name: name, Internal: internal}
	for _, a := range addresses {
		i.Addresses = append(i.Addresses, netip.MustParseAddr(a))
	}
	return i
}

func TestReachFollowsAddressesAndInterfaces(t *testing.T) {
	var (
		lo     = nic("lo", false, "127.0.0.1", "::1")
		docker = nic("docker0", true, "172.17.0.1", "fe80::42%docker0")
		lan    = nic("eth0", false, "192.168.1.7", "fe80::7%eth0")
		vpn    = nic("wg0", false, "100.64.1.2")
		wan4   = nic("eth1", false, "8.8.4.4")
		wan6   = nic("eth2", false, "2600:1f18::7")

		alone  = []limen.Interface{lo}
		laptop = []limen.Interface{lo, docker, lan}
		server = []limen.Interface{lo, docker, lan, wan4}
		dual   = []limen.Interface{lo, lan, wan6}

		v4, v6, both = []limen.Family{limen.IPv4}, []limen.Family{limen.IPv6}, []limen.Family{limen.IPv4, limen.IPv6}
	)
	for _, c := range []struct {
		claim    string
		endpoint string
		answers  []limen.Family
		device   string
		up       []limen.Interface
		want     limen.Reach
	}{
		{"loopback stays here", "tcp/127.0.0.1:80", v4, "", server, limen.Self},
		{"all of 127/8 is loopback", "tcp/127.0.0.53:53", v4, "", server, limen.Self},
		{"loopback of IPv6 stays here", "tcp/[::1]:80", v6, "", server, limen.Self},
		{"a mapped loopback is loopback", "tcp/[::ffff:127.0.0.1]:80", v4, "", server, limen.Self},
		{"a bridge of containers stays on the machine", "tcp/172.17.0.1:80", v4, "", laptop, limen.Machine},
		{"so does its link-local address", "tcp/[fe80::42%docker0]:80", v6, "", laptop, limen.Machine},
		{"so it does where the source knows no zone", "tcp/[fe80::42]:80", v6, "", laptop, limen.Machine},
		{"the same address on a real wire is a network", "tcp/172.17.0.1:80", v4, "", []limen.Interface{lo, nic("eth0", false, "172.17.0.1")}, limen.Network},
		{"RFC 1918 is a network", "tcp/192.168.1.7:80", v4, "", laptop, limen.Network},
		{"a mapped private address is a network", "tcp/[::ffff:192.168.1.7]:80", v4, "", laptop, limen.Network},
		{"carrier-grade NAT is a network", "tcp/100.64.1.2:80", v4, "", []limen.Interface{lo, vpn}, limen.Network},
		{"link-local is a network", "tcp/[fe80::7%eth0]:80", v6, "", laptop, limen.Network},
		{"unique local is a network", "tcp/[fd00::7]:80", v6, "", []limen.Interface{lo, nic("eth0", false, "fd00::7")}, limen.Network},
		{"a public address of IPv4 is the world", "tcp/8.8.4.4:80", v4, "", server, limen.World},
		{"a public address of IPv6 is the world", "tcp/[2600:1f18::7]:80", v6, "", dual, limen.World},
		{"an address for documents is not routed", "tcp/203.0.113.7:80", v4, "", []limen.Interface{lo, nic("eth0", false, "203.0.113.7")}, limen.Network},

		{"a wildcard reaches as far as the machine: alone", "tcp/0.0.0.0:80", v4, "", alone, limen.Self},
		{"a wildcard reaches as far as the machine: containers", "tcp/0.0.0.0:80", v4, "", []limen.Interface{lo, docker}, limen.Machine},
		{"a wildcard reaches as far as the machine: network", "tcp/0.0.0.0:80", v4, "", laptop, limen.Network},
		{"a wildcard reaches as far as the machine: world", "tcp/0.0.0.0:80", v4, "", server, limen.World},
		{"a wildcard of IPv4 gains nothing from a public IPv6", "tcp/0.0.0.0:80", v4, "", dual, limen.Network},
		{"a wildcard of IPv6 alone gains nothing from a public IPv4", "tcp/[::]:80", v6, "", server, limen.Network},
		{"a dual-stack wildcard gains from both: IPv4", "tcp/[::]:80", both, "", server, limen.World},
		{"a dual-stack wildcard gains from both: IPv6", "tcp/[::]:80", both, "", dual, limen.World},
		{"a mapped wildcard is the wildcard of IPv4", "tcp/[::ffff:0.0.0.0]:80", v4, "", server, limen.World},
		{"a machine with no interface up reaches itself", "tcp/0.0.0.0:80", v4, "", nil, limen.Self},

		{"a device narrows a wildcard", "tcp/0.0.0.0:80", v4, "docker0", server, limen.Machine},
		{"a device that is loopback stays here", "tcp/0.0.0.0:80", v4, "lo", server, limen.Self},
		{"a device that is public is the world", "tcp/0.0.0.0:80", v4, "eth1", server, limen.World},

		{"a private address that no interface has is judged alone", "tcp/10.9.9.9:80", v4, "", alone, limen.Network},
		{"a public address that no interface has is judged alone", "tcp/8.8.8.8:80", v4, "", alone, limen.World},
		{"multicast is a network", "udp/224.0.0.251:5353", v4, "", laptop, limen.Network},
	} {
		got := limen.ReachOf(limen.MustParseEndpoint(c.endpoint), c.answers, c.device, c.up)
		if got != c.want {
			t.Errorf("%s: %s reaches %v, want %v", c.claim, c.endpoint, got, c.want)
		}
	}
}

func TestReachIsOrderedFromNearToFar(t *testing.T) {
	if !slices.IsSorted([]limen.Reach{limen.Self, limen.Machine, limen.Network, limen.World}) {
		t.Error("self, machine, network, world are not in this order")
	}
}

func TestParseReachesAddsAllThatIsFarther(t *testing.T) {
	for text, want := range map[string][]limen.Reach{
		"self":            {limen.Self},
		"self+":           {limen.Self, limen.Machine, limen.Network, limen.World},
		"network+":        {limen.Network, limen.World},
		"world+":          {limen.World},
		"world,self":      {limen.Self, limen.World},
		"network+,world":  {limen.Network, limen.World},
		"self,self,self":  {limen.Self},
		"machine,network": {limen.Machine, limen.Network},
	} {
		if got, err := limen.ParseReaches(text); !slices.Equal(got, want) || err != nil {
			t.Errorf("ParseReaches(%q) is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ",", "self,", "+", "self++", "Self", "self network", "far"} {
		if got, err := limen.ParseReaches(text); err == nil {
			t.Errorf("ParseReaches(%q) is %v, want an error", text, got)
		}
	}
}

func FuzzParseReaches(f *testing.F) {
	for _, s := range []string{"self", "network+", "world,self", "machine+,self", "+", ","} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all, err := limen.ParseReaches(s)
		if err != nil {
			return
		}
		var words []string
		for _, r := range all {
			words = append(words, r.String())
		}
		if again, err := limen.ParseReaches(strings.Join(words, ",")); !slices.Equal(again, all) || err != nil {
			t.Errorf("%q was read as %v, and that as %v, %v", s, all, again, err)
		}
	})
}
