package verdict

import (
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// inTheWay reports whether a socket at an address, which answers on families,
// keeps a server from binding what is asked about. For a port as such every
// socket does: the server may want any address, or all.
func inTheWay(f Facts, at netip.Addr, families []limen.Family) bool {
	a := f.Address.Unmap()
	switch {
	case !a.IsValid():
		return true
	case a.IsUnspecified(): // [::] is bound for both families, as servers do
		return a.Is6() || slices.Contains(families, limen.IPv4)
	case at.IsUnspecified():
		return slices.Contains(families, familyOf(a))
	}
	return at.Unmap() == a
}

// holds reports whether a connection keeps a server from binding what is asked
// about.
func holds(f Facts, c Leftover) bool {
	at := c.Local.Address()
	return inTheWay(f, at, []limen.Family{familyOf(at)})
}

func familyOf(a netip.Addr) limen.Family {
	if a.Unmap().Is4() {
		return limen.IPv4
	}
	return limen.IPv6
}
