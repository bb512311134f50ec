package serve

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A Card is a network interface, as far as it matters for who can reach it.
type Card struct {
	Name      string
	Addresses []netip.Addr
}

// Cards reads the interfaces of this machine that are up and lead to others.
func Cards() ([]Card, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var cards []Card
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue // it went away
		}
		card := Card{Name: i.Name}
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				card.Addresses = append(card.Addresses, prefix.Addr().Unmap())
			}
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// glance is how often the addresses are looked at where no system tells of them.
const glance = 5 * time.Second

// FollowCards calls changed whenever the addresses of this machine may be other
// ones, and once at the beginning, until ctx ends.
func FollowCards(ctx context.Context, changed func()) {
	_ = followCards(ctx, changed) // where the kernel tells nothing, or no more
	for ctx.Err() == nil {
		changed()
		select {
		case <-ctx.Done():
		case <-time.After(glance):
		}
	}
}

// virtual are what the names of interfaces begin with behind which there are
// containers and virtual machines of this machine, or a tunnel: no phone is.
var virtual = []string{
	"docker", "br-", "veth", "virbr", "vnet", "vmnet", "vboxnet", "podman", "cni", "flannel", "cali", "lxc", "lxd", "incus", "kube", "nerdctl",
	"tun", "tap", "wg", "utun", "ppp", "gif", "stf", "ipsec", "nordlynx", "zt", "tailscale", "ham",
	"vEthernet", "VMware", "VirtualBox", "Hyper-V", "Loopback",
	"awdl", "llw", "anpi", "bridge", // Apple's own, between its devices and for sharing
}

// isVirtual reports whether a name is that of such an interface.
func isVirtual(name string) bool {
	return slices.ContainsFunc(virtual, func(prefix string) bool {
		return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
	})
}

// A scope is a range of addresses, and how likely somebody beside this machine
// can reach one of them.
type scope struct{ prefix netip.Prefix }

// scopes are all of them, the best first. What is in none is an address of the
// whole Internet, and comes last: a phone in the same room may have no IPv6, and
// a firewall in between.
var scopes = []scope{
	{netip.MustParsePrefix("192.168.0.0/16")}, // RFC 1918: what homes have
	{netip.MustParsePrefix("10.0.0.0/8")},     // offices
	{netip.MustParsePrefix("172.16.0.0/12")},
	{netip.MustParsePrefix("0.0.0.0/0")},      // any other of IPv4
	{netip.MustParsePrefix("fc00::/7")},       // RFC 4193
	{netip.MustParsePrefix("2000::/3")},       // RFC 4291, 2.4
	{netip.MustParsePrefix("100.64.0.0/10")},  // RFC 6598: providers, and Tailscale
	{netip.MustParsePrefix("169.254.0.0/16")}, // RFC 3927: two devices on one cable
}

// rank is where an address stands among scopes; that of the narrowest prefix
// counts.
func rank(a netip.Addr) int {
	best, bits := len(scopes), -1
	for i, s := range scopes {
		if s.prefix.Contains(a) && s.prefix.Bits() > bits {
			best, bits = i, s.prefix.Bits()
		}
	}
	return best
}

// Reachable is at which addresses another device can reach this machine, the
// best first. An address of a tunnel or for containers is only one if there is
// no other. Link-local ones of IPv6 are left out: they mean nothing without
// the name of an interface, which no browser takes (RFC 4007, 11).
func Reachable(cards []Card) []netip.Addr {
	all := addresses(cards, false)
	if len(all) == 0 {
		all = addresses(cards, true)
	}
	slices.SortStableFunc(all, func(a, b netip.Addr) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// addresses are those of either kind of interface that can be told to somebody.
func addresses(cards []Card, ofVirtual bool) (all []netip.Addr) {
	for _, c := range cards {
		if isVirtual(c.Name) != ofVirtual {
			continue
		}
		for _, a := range c.Addresses {
			if a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.Is6() && a.IsLinkLocalUnicast() || slices.Contains(all, a) {
				continue
			}
			all = append(all, a)
		}
	}
	return all
}
