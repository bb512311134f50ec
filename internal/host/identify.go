package host

import (
	"context"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/sockets"
)

// identify finds the owners of the sockets that were wanted, and says what the
// sockets are in the words of package limen.
//
// Between the kernel's word for a socket and the look at those who hold it, a
// program may end. A socket that nobody is known to hold is therefore asked
// for once more, and left out if it was closed.
func (h *Host) identify(ctx context.Context, p *people, want sockets.Want, socks []sockets.Socket, up []limen.Interface) ([]limen.Listener, []leftover, []limen.Gap) {
	gaps := gapSet{p.findHolders(ctx, h.sockets, socks)}
	listeners, leftovers, more := h.describe(ctx, p, socks, up)
	if lost := ownerless(listeners, leftovers); len(lost) > 0 {
		if still, ok := h.leaveOut(ctx, want, socks, lost); ok {
			gaps = gapSet{p.findHolders(ctx, h.sockets, still)}
			listeners, leftovers, more = h.describe(ctx, p, still, up)
		}
	}
	gaps.add(more...)
	return listeners, leftovers, gaps.list
}

// An identity tells sockets apart, also on systems that do not number them.
type identity struct {
	number uint64
	local  limen.Endpoint
	peer   netip.AddrPort
}

func identityOf(s sockets.Socket) identity { return identity{s.Number, s.Local, s.Peer} }

// ownerless returns the sockets that have no owner. Connections without a
// number are left out: no process has held them since they were closed.
func ownerless(listeners []limen.Listener, leftovers []leftover) map[identity]bool {
	lost := map[identity]bool{}
	for _, l := range listeners {
		if len(l.Owners) == 0 {
			lost[identity{number: l.Socket, local: l.Endpoint}] = true
		}
	}
	for _, c := range leftovers {
		if len(c.Owners) == 0 && c.Socket != 0 {
			lost[identity{c.Socket, c.Local, c.Peer}] = true
		}
	}
	return lost
}

// leaveOut returns socks without those that were lost because they were
// closed. Those whose holders ended, and which are still there, are to be
// looked for anew; where sockets have no numbers to look for, the table itself
// names who holds them now. It reports false if that changes nothing.
func (h *Host) leaveOut(ctx context.Context, want sockets.Want, socks []sockets.Socket, lost map[identity]bool) (still []sockets.Socket, changed bool) {
	now, _, err := h.sockets.Read(ctx, want)
	if err != nil {
		return nil, false
	}
	there := map[identity]sockets.Socket{}
	for _, s := range now {
		there[identityOf(s)] = s
	}
	for _, s := range socks {
		if lost[identityOf(s)] {
			again, ok := there[identityOf(s)]
			switch {
			case !ok:
				changed = true
				continue
			case len(s.Holders) > 0:
				s.Holders, s.Absence, changed = again.Holders, again.Absence, true
			}
		}
		still = append(still, s)
	}
	return still, changed
}

// describe is identify for sockets whose holders have been looked for.
func (h *Host) describe(ctx context.Context, p *people, socks []sockets.Socket, up []limen.Interface) (listeners []limen.Listener, leftovers []leftover, gaps []limen.Gap) {
	owners, gaps := p.owners(ctx, socks)
	for i, s := range socks {
		user := p.user(s)
		if s.State.Waits() {
			listeners = append(listeners, limen.Listener{
				Endpoint: s.Local, Families: s.Families, Device: s.Device, State: s.State,
				Reach: reach(s, up), Backlog: s.Backlog, User: user,
				Namespace: s.Namespace, Socket: s.Number, Owners: owners[i],
			})
			continue
		}
		leftovers = append(leftovers, leftover{
			Connection: limen.Connection{
				Local: s.Local, Peer: s.Peer, State: s.State, User: user,
				Namespace: s.Namespace, Socket: s.Number, Owners: owners[i],
			},
			Remaining: s.Remaining,
		})
	}
	assignPeers(listeners)
	slices.SortStableFunc(listeners, byOwner)
	return listeners, leftovers, gaps
}

// user returns who created the socket. The kernel forgets that when no
// process holds the socket any more.
func (p *people) user(s sockets.Socket) *limen.User {
	if s.Number == 0 {
		return nil
	}
	return p.processes.User(s.UID)
}
