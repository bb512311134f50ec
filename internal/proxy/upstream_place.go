package proxy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// loopback are the addresses of this machine for itself. A server may have
// bound either: Node gives "localhost" to whichever the resolver names first.
var loopback = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}

// reachable are the addresses by which a listener is reached: a wildcard's over
// loopback, its own family first. One for IPv6 may take IPv4, too, or not
// (IPV6_V6ONLY, ipv6(7)).
func reachable(a netip.AddrPort) []netip.AddrPort {
	switch addr := a.Addr(); {
	case !addr.Unmap().IsUnspecified():
		return []netip.AddrPort{a}
	case addr.Is4():
		return either(a.Port())[:1]
	}
	all := either(a.Port())
	slices.Reverse(all)
	return all
}

// either are both loopback addresses with a port.
func either(port uint16) (all []netip.AddrPort) {
	for _, a := range loopback {
		all = append(all, netip.AddrPortFrom(a, port))
	}
	return all
}

// addresses are the places to try, the best one first. They are none if a name has
// to be looked up, and if nothing listens.
func (u *Upstream) addresses() []netip.AddrPort {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []netip.AddrPort
	addr, err := netip.ParseAddr(u.target.Host)
	switch t := u.target; {
	case u.isPointed:
		all = slices.Clone(u.places)
	case t.Port == 0 || t.Container != "" || t.Route != "" || t.Socket != "":
		return nil
	case err == nil:
		all = reachable(netip.AddrPortFrom(addr, t.Port))
	case isLocalName(t.Host):
		all = either(t.Port)
	}
	if i := slices.Index(all, u.best); i > 0 {
		all[0], all[i] = all[i], all[0]
	}
	return all
}

// isLocalName reports whether a name is this machine's by itself: whatever the
// resolver of the system would say (RFC 6761, section 6.3). So is no name.
func isLocalName(host string) bool {
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// isElsewhere reports whether a target is to be believed to be another
// machine: its certificate must be right, then.
func isElsewhere(t limen.Target) bool {
	addr, err := netip.ParseAddr(t.Host)
	return !isLocalName(t.Host) && (err != nil || !addr.Unmap().IsLoopback() && !addr.IsUnspecified())
}

// leads reports whether a port is where the upstream listens.
func (u *Upstream) leads(port uint16) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.target.Port == port || slices.ContainsFunc(u.places, func(p netip.AddrPort) bool { return p.Port() == port })
}
