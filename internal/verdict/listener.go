package verdict

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// listeners are the sockets that take what arrives at the port.
func listeners(f Facts) (causes []limen.Cause) {
	for _, l := range f.Listeners {
		if l.State == limen.Bound {
			continue
		}
		verb := "listens"
		if l.State == limen.Open {
			verb = "takes datagrams"
		}
		c := limen.Cause{
			Kind: limen.CauseListener, Blocks: true, Endpoint: &l.Endpoint, Owners: l.Owners,
			What: fmt.Sprintf("%s %s on %s", whoAll(l), verb, place(l)),
			Next: stop(f, lead(l)),
		}
		c.Evidence = append(c.Evidence, socketEvidence(l))
		if len(l.Owners) == 0 {
			c = unowned(f, l, c)
		} else if k := l.Owners[0].Keeper; k != nil {
			c.Evidence = append(c.Evidence, limen.Evidence{What: keeping(*k), From: k.Evidence})
		}
		causes = append(causes, c)
	}
	return causes
}

func socketEvidence(l limen.Listener) limen.Evidence {
	return limen.Evidence{
		What: fmt.Sprintf("the socket is %s", l.State),
		From: fmt.Sprintf("the kernel's table of sockets, number %d", l.Socket),
	}
}

// containers are the kinds of keepers that are containers. A unit within one
// also knows its container, and is none itself.
var containers = map[limen.KeeperKind]bool{
	limen.Docker: true, limen.Podman: true, limen.Containerd: true, limen.Kubernetes: true, limen.LXC: true,
}

// keeping says what it means that k keeps a process.
func keeping(k limen.Keeper) string {
	switch {
	case k.Kind == limen.SystemdSocket:
		return fmt.Sprintf("systemd holds the port for %s, and starts its service when someone connects", limen.Unmistakable(k.Name))
	case containers[k.Kind]:
		return fmt.Sprintf("it belongs to the %s container %s", k.Kind, limen.Unmistakable(k.Name))
	case k.Kind.Restarts():
		return fmt.Sprintf("%s %s keeps it running", k.Kind, limen.Unmistakable(k.Name))
	}
	return fmt.Sprintf("it runs within %s %s, which does not start it again", k.Kind, limen.Unmistakable(k.Name))
}

// unowned explains a listener of which no owner could be found.
func unowned(f Facts, l limen.Listener, c limen.Cause) limen.Cause {
	c.Kind = f.Unowned
	switch f.Unowned {
	case limen.CauseOutsidePID:
		c.What = fmt.Sprintf("a process outside this PID namespace listens on %s", place(l))
		c.Next = "look from the host, or from the container that owns it: nothing in here can see it"
	case limen.CauseKernel:
		c.What = fmt.Sprintf("a socket that no process holds listens on %s", place(l))
		c.Evidence = append(c.Evidence, limen.Evidence{
			What: "the kernel itself serves it (as NFS does), or its descriptor is on its way between processes",
			From: "the descriptors of every process of this machine",
		})
	default:
		c.Kind = limen.CauseListener
		c.Next = askRoot(f)
	}
	return c
}

// askRoot is the way to see more than this user may. Root has none.
func askRoot(f Facts) string {
	if f.Asker == 0 {
		return ""
	}
	return fmt.Sprintf("sudo limen why %d", f.Port)
}

// bound are the sockets that hold the port and never listened.
func bound(f Facts) (causes []limen.Cause) {
	for _, l := range f.Listeners {
		if l.State != limen.Bound {
			continue
		}
		c := limen.Cause{
			Kind: limen.CauseBound, Blocks: true, Endpoint: &l.Endpoint, Owners: l.Owners,
			What:     fmt.Sprintf("%s has bound %s and does not listen", whoAll(l), place(l)),
			Evidence: []limen.Evidence{socketEvidence(l)},
			Next:     stop(f, lead(l)),
		}
		if len(l.Owners) == 0 && f.Unowned == limen.CauseListener {
			c.Next = askRoot(f)
		}
		causes = append(causes, c)
	}
	return causes
}

// shadowed are pairs where a wildcard's port is taken away from it at one
// address, so that it depends on the address who answers.
func shadowed(f Facts) (causes []limen.Cause) {
	for _, wild := range f.Listeners {
		if !wild.Endpoint.IsWildcard() || wild.State == limen.Bound {
			continue
		}
		for _, l := range f.Listeners {
			if l.Endpoint.IsWildcard() || l.State == limen.Bound || !answers(wild, l.Endpoint.Address()) || sameOwner(wild, l) {
				continue
			}
			causes = append(causes, limen.Cause{
				Kind: limen.CauseShadowed, Endpoint: &l.Endpoint, Owners: l.Owners,
				What: fmt.Sprintf("at %s it is %s that answers, not %s, which listens on %s",
					l.Endpoint.Address(), whoAll(l), whoAll(wild), place(wild)),
				Evidence: []limen.Evidence{{
					What: "the kernel prefers the socket with the more specific address",
					From: "compute_score of net/ipv4/inet_hashtables.c",
				}},
			})
		}
	}
	return causes
}

// answers reports whether a listener's families include that of a.
func answers(l limen.Listener, a netip.Addr) bool {
	want := limen.IPv6
	if a.Unmap().Is4() {
		want = limen.IPv4
	}
	return slices.Contains(l.Families, want)
}

// sameOwner reports whether the same process leads both sockets.
func sameOwner(a, b limen.Listener) bool {
	x, y := lead(a), lead(b)
	return x != nil && y != nil && x.Process.ProcessID == y.Process.ProcessID
}

// maySameOwner is sameOwner with the benefit of the doubt: a socket whose owner
// cannot be seen may belong to anyone.
func maySameOwner(a, b limen.Listener) bool {
	return lead(a) == nil || lead(b) == nil || sameOwner(a, b)
}

// otherFamily warns when the name localhost leads to one family and the
// server, or another server, is on the other.
func otherFamily(f Facts) (causes []limen.Cause) {
	v4, v6 := answering(f, netip.AddrFrom4([4]byte{127, 0, 0, 1})), answering(f, netip.IPv6Loopback())
	switch {
	case v4 == nil && v6 == nil, v4 != nil && v6 != nil && (v4.Socket == v6.Socket || maySameOwner(*v4, *v6)):
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

func familyOf(a netip.Addr) limen.Family {
	if a.Unmap().Is4() {
		return limen.IPv4
	}
	return limen.IPv6
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
