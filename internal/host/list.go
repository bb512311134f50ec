package host

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/sockets"
)

// List says what holds the ports of this machine.
func (h *Host) List(ctx context.Context, in op.ListIn) (limen.Snapshot, error) {
	var snap limen.Snapshot
	snap.Machine, snap.Time = h.moment()
	want := wanted(in.Query)
	want.Connections = in.Connections
	socks, gaps, err := h.sockets.Read(ctx, want)
	if err != nil {
		return snap, readError("cannot list the ports of this machine", err)
	}
	seen := gapSet{gaps}
	up, err := h.sockets.Interfaces()
	if err != nil {
		seen.add(limen.Gap{What: "how far listeners reach", Why: err.Error()})
	}
	socks = slices.DeleteFunc(socks, func(s sockets.Socket) bool {
		return len(in.Query.Reaches) > 0 && !slices.Contains(in.Query.Reaches, reach(s, up))
	})
	people := h.newPeople(in.Usage)
	people.memory = h.memory()
	listeners, connections, gaps := h.identify(ctx, people, want, socks, up)
	seen.add(gaps...)
	for _, l := range listeners {
		if in.Query.Match(l) {
			snap.Listeners = append(snap.Listeners, l)
		}
	}
	if in.Identify {
		seen.add(h.fillServices(ctx, snap.Listeners)...)
	}
	for _, c := range connections {
		if in.Query.MatchConnection(c.Connection) {
			snap.Connections = append(snap.Connections, c.Connection)
		}
	}
	snap.Gaps = seen.list
	return snap, ctx.Err()
}

// wanted is what a query means of the sockets, before anything else is known
// of them.
func wanted(q limen.Query) sockets.Want {
	want := sockets.Want{Transport: q.Transport, Match: q.MatchEndpoint}
	if p := q.Ports; len(p) == 1 && p[0].From == p[0].To {
		want.Port = p[0].From
	}
	return want
}

// reach says how far away a peer of s can be.
func reach(s sockets.Socket, up []limen.Interface) limen.Reach {
	return limen.ReachOf(s.Local, s.Families, s.Device, up)
}

// readError says that the sockets could not be read at all.
func readError(what string, err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return &limen.Error{
			Kind: limen.Unsupported, What: what,
			Why:  "limen cannot read the sockets of this system yet",
			Next: "see docs/platforms.md for what works where",
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
