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
		waits := verb(l, "listens", "listen")
		if l.State == limen.Open {
			waits = verb(l, "takes", "take") + " datagrams"
		}
		c := limen.Cause{
			Kind: limen.CauseListener, Blocks: true, Endpoint: &l.Endpoint, Owners: l.Owners,
			What: fmt.Sprintf("%s %s on %s", whoAll(l), waits, place(l)),
			Next: stop(f, l),
		}
		c.Evidence = append(c.Evidence, socketEvidence(l))
		if b := l.Backlog; b != nil && b.Used > b.Max {
			// sk_acceptq_is_full of include/net/sock.h
			c.What += fmt.Sprintf(", and %s not keeping up: the backlog of %d is full", verb(l, "is", "are"), b.Max)
		}
		if len(l.Owners) == 0 {
			c = unowned(f, l, c)
		} else if k := l.Owners[0].Keeper; k != nil {
			c.Evidence = append(c.Evidence, limen.Evidence{What: keeping(*k), From: k.Evidence})
		}
		c = introduce(f, l, c)
		if !inTheWay(f, l.Endpoint.Address(), l.Families) {
			c = warn(c)
		}
		causes = append(causes, c)
	}
	return causes
}

func socketEvidence(l limen.Listener) limen.Evidence {
	return limen.Evidence{What: fmt.Sprintf("the socket is %s", l.State), From: tableOf(l.Socket)}
}

// tableOf says where a socket was seen. Some systems give it no number.
func tableOf(socket uint64) string {
	if socket == 0 {
		return "the kernel's table of sockets"
	}
	return fmt.Sprintf("the kernel's table of sockets, number %d", socket)
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

// bound are the sockets that hold the port and never listened.
func bound(f Facts) (causes []limen.Cause) {
	for _, l := range f.Listeners {
		if l.State != limen.Bound {
			continue
		}
		c := limen.Cause{
			Kind: limen.CauseBound, Blocks: true, Endpoint: &l.Endpoint, Owners: l.Owners,
			What:     fmt.Sprintf("%s %s bound %s and %s not listen", whoAll(l), verb(l, "has", "have"), place(l), verb(l, "does", "do")),
			Evidence: []limen.Evidence{socketEvidence(l)},
			Next:     stop(f, l),
		}
		if len(l.Owners) == 0 && f.Unowned == limen.CauseListener {
			c.Next = askRoot(f)
		}
		if !inTheWay(f, l.Endpoint.Address(), l.Families) {
			c = warn(c)
		}
		causes = append(causes, c)
	}
	return causes
}

// lookups are where the kernel chooses among the sockets of a port.
var lookups = map[limen.Transport]string{
	limen.TCP: "net/ipv4/inet_hashtables.c",
	limen.UDP: "net/ipv4/udp.c",
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
					From: "compute_score of " + lookups[f.Transport],
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
