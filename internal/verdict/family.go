package verdict

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// otherFamily warns when the name localhost leads to one family and the
// server, or another server, is on the other.
func otherFamily(f Facts) (causes []limen.Cause) {
	v4, v6 := answering(f, netip.AddrFrom4([4]byte{127, 0, 0, 1})), answering(f, netip.IPv6Loopback())
	switch {
	case v4 == nil && v6 == nil, v4 != nil && v6 != nil && (isSame(*v4, *v6) || maySameOwner(*v4, *v6)):
		return nil
	case v4 != nil && v6 != nil:
		return []limen.Cause{familyCause(*v6, fmt.Sprintf(
			"two servers share this number: %s on %s, and %s on %s; which one localhost reaches depends on the client",
			whoAll(*v4), place(*v4), whoAll(*v6), place(*v6)), f)}
	}
	only, missing := v4, limen.IPv6
	if v4 == nil {
		only, missing = v6, limen.IPv4
	}
	if len(f.Rules.Localhost) == 0 || familyOf(f.Rules.Localhost[0]) != missing {
		return nil
	}
	first := f.Rules.Localhost[0]
	return []limen.Cause{familyCause(*only, fmt.Sprintf(
		"localhost means %s first here, and only %s answers", first, other(missing)), f)}
}

func familyCause(l limen.Listener, what string, f Facts) limen.Cause {
	means := "localhost is not named, and each client decides what it means"
	var names []string
	for _, a := range f.Rules.Localhost {
		names = append(names, a.String())
	}
	if len(names) > 0 {
		means = "localhost means " + list(names)
	}
	return limen.Cause{
		Kind: limen.CauseFamily, Endpoint: &l.Endpoint, Owners: l.Owners, What: what,
		Evidence: []limen.Evidence{{What: means, From: "the hosts file, in the order of RFC 6724"}},
		Next:     fmt.Sprintf("use the address itself, as in %s", netip.AddrPortFrom(loopbackOf(l), f.Port)),
	}
}

// answering returns the listener that takes connections to a, the more
// specific one if there are two.
func answering(f Facts, a netip.Addr) *limen.Listener {
	var found *limen.Listener
	for i, l := range f.Listeners {
		switch {
		case l.State == limen.Bound || !answers(l, a):
		case l.Endpoint.Address().Unmap() == a:
			return &f.Listeners[i]
		case l.Endpoint.IsWildcard() && found == nil:
			found = &f.Listeners[i]
		}
	}
	return found
}

func other(f limen.Family) string {
	if f == limen.IPv4 {
		return "::1"
	}
	return "127.0.0.1"
}

// loopbackOf returns the loopback address of the family a listener answers.
func loopbackOf(l limen.Listener) netip.Addr {
	if a := l.Endpoint.Address(); !a.IsUnspecified() {
		return a.Unmap()
	}
	if slices.Contains(l.Families, limen.IPv4) {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// isSame reports whether two answers came of one socket. Systems that do not
// number sockets give all of them 0.
func isSame(a, b limen.Listener) bool {
	return a.Socket == b.Socket && (a.Socket != 0 || a.Endpoint == b.Endpoint)
}

// maySameOwner is sameOwner with the benefit of the doubt: a socket whose owner
// cannot be seen may belong to anyone.
func maySameOwner(a, b limen.Listener) bool {
	return lead(a) == nil || lead(b) == nil || sameOwner(a, b)
}
