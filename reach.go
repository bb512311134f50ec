package limen

import "net/netip"

// Reach is how far away a peer of a listener can be, as its address and the
// machine's interfaces allow; a firewall may allow less. The values are
// ordered. The zero value is invalid.
type Reach uint8

const (
	Self    Reach = iota + 1 // programs on this machine, over loopback
	Machine                  // also containers and virtual machines on this machine
	Network                  // also other machines of the networks it is on
	World                    // anyone: an address that the Internet routes
)

var reaches = names{"", "self", "machine", "network", "world"}

// ParseReach reads the word of a Reach.
func ParseReach(s string) (Reach, error) {
	i, err := reaches.parse(s, "reach")
	return Reach(i), err
}

func (r Reach) String() string { return reaches.word(int(r), "Reach") }

// MarshalText writes the reach's word, such as "network".
func (r Reach) MarshalText() ([]byte, error) { return reaches.text(int(r), "reach") }

// UnmarshalText reads what MarshalText wrote.
func (r *Reach) UnmarshalText(b []byte) (err error) {
	*r, err = ParseReach(string(b))
	return err
}

// An Interface is a network interface of the machine, as far as reach needs
// to know it.
type Interface struct {
	Name      string
	Internal  bool // leads only to containers or virtual machines of this machine
	Addresses []netip.Addr
}

// ReachOf is the one rule that computes reach. A socket bound to one address
// reaches as far as that address; one bound to a wildcard as far as the
// farthest address, of the families it answers, of any interface that is up.
func ReachOf(e Endpoint, answers []Family, device string, up []Interface) Reach {
	addr := e.Address().Unmap()
	far := Self
	for _, i := range up {
		if device != "" && i.Name != device {
			continue
		}
		for _, a := range i.Addresses {
			if a.Unmap().WithZone("") != addr.WithZone("") && !(addr.IsUnspecified() && answersOn(answers, a)) {
				continue
			}
			far = max(far, reachOfAddress(a, i.Internal))
		}
	}
	if !addr.IsUnspecified() && far == Self {
		// An address that no interface has: foreign (IP_FREEBIND), taken
		// away since, or multicast. The address alone decides.
		far = reachOfAddress(addr, false)
	}
	return far
}

func answersOn(answers []Family, a netip.Addr) bool {
	want := IPv6
	if a.Is4() || a.Is4In6() {
		want = IPv4
	}
	for _, f := range answers {
		if f == want {
			return true
		}
	}
	return false
}

func reachOfAddress(a netip.Addr, internal bool) Reach {
	a = a.Unmap().WithZone("")
	switch {
	case a.IsLoopback():
		return Self
	case internal:
		return Machine
	case a.IsPrivate(), !a.IsGlobalUnicast(), notRouted(a):
		return Network
	}
	return World
}

// unrouted are the ranges that look global to net/netip and are not: the
// IANA special-purpose address registries (RFC 6890), without what netip
// already calls private, loopback or link-local.
var unrouted = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network, RFC 791
	netip.MustParsePrefix("100.64.0.0/10"),   // carrier-grade NAT, RFC 6598; also overlay networks
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments, RFC 6890
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation, RFC 5737
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarking, RFC 2544
	netip.MustParsePrefix("198.51.100.0/24"), // documentation, RFC 5737
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation, RFC 5737
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, RFC 1112
	netip.MustParsePrefix("64:ff9b:1::/48"),  // local translation, RFC 8215
	netip.MustParsePrefix("100::/64"),        // discard only, RFC 6666
	netip.MustParsePrefix("2001:2::/48"),     // benchmarking, RFC 5180
	netip.MustParsePrefix("2001:db8::/32"),   // documentation, RFC 3849
	netip.MustParsePrefix("3fff::/20"),       // documentation, RFC 9637
	netip.MustParsePrefix("5f00::/16"),       // segment routing, RFC 9602
	netip.MustParsePrefix("fec0::/10"),       // site-local, deprecated by RFC 3879
}

func notRouted(a netip.Addr) bool {
	for _, p := range unrouted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
