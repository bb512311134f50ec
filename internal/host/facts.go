package host

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/sockets"
	"github.com/limenhq/limen/internal/verdict"
)

// leftover is a connection with the time the kernel will still remember it.
type leftover = verdict.Leftover

// looks is how often settle looks at a port, at most. Of a port that a program
// binds and closes all the time, half of the looks explain nothing.
const looks = 16

// longestPause bounds the time between two looks. A try is over in microseconds
// where the one who tries gets his turn of the processor.
const longestPause = 16 * time.Millisecond

// facts finds out everything that bears on a port. Holders may be remembered in
// the file memory.
func (h *Host) facts(ctx context.Context, in op.WhyIn, memory string) (verdict.Facts, error) {
	want := sockets.Want{Transport: in.Transport, Port: in.Port, Connections: true}
	f, err := h.settle(ctx, in, want, memory)
	if err == nil && len(f.Listeners) == 0 {
		// Only now is it worth asking who might be meant instead.
		h.lookFarther(ctx, &f, want)
	}
	return f, err
}

// settle looks until what is seen fits to what was tried. Those are two
// moments, between which the port can change hands, and another limen may be
// trying it. A port that changes hands all the time may never fit; then both
// halves count: that it was refused, and who was seen.
func (h *Host) settle(ctx context.Context, in op.WhyIn, want sockets.Want, memory string) (f verdict.Facts, err error) {
	var passing, refused, seen *verdict.Facts
	pause := time.Millisecond
	for range looks {
		before := f
		if f, err = h.look(ctx, in, want, memory); err != nil {
			return f, err
		}
		switch now := f; {
		case isPassing(now, before):
			passing = &now
		case verdict.Settled(now):
			return now, nil
		case slices.ContainsFunc(now.Binds, isRefused):
			refused = &now
		default:
			seen = &now
		}
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		}
	}
	switch {
	case passing != nil:
		return *passing, nil
	case refused != nil && seen != nil:
		f = *seen
		f.Binds = refused.Binds
	}
	return f, nil
}

func isRefused(b limen.Bind) bool { return !b.Free }

// isPassing reports whether nothing was seen but sockets that are bound and do
// not listen, and none of them at the look before: somebody may just be trying
// the port, as limen does.
func isPassing(f, before verdict.Facts) bool {
	for _, l := range f.Listeners {
		was := func(k limen.Listener) bool { return k.Socket == l.Socket && k.Endpoint == l.Endpoint }
		if l.State != limen.Bound || slices.ContainsFunc(before.Listeners, was) {
			return false
		}
	}
	return len(f.Listeners) > 0 && len(f.Leftovers) == 0
}

// look tries the port once, and looks once at who holds it.
func (h *Host) look(ctx context.Context, in op.WhyIn, want sockets.Want, memory string) (verdict.Facts, error) {
	f := verdict.Facts{
		Transport: in.Transport, Port: in.Port,
		System: thisSystem, Asker: int64(os.Geteuid()), Stop: keeper.Next, Own: h.errandAt(in.Port),
	}
	if isOneAddress(in) {
		f.Address = in.Address
	}
	f.Machine, f.Time = h.moment()
	t, err := h.tryAndRead(ctx, in, want)
	switch {
	case err != nil:
		return f, readError(fmt.Sprintf("cannot say who holds %s port %d", in.Transport, in.Port), err)
	case slices.Contains(t.absent, in.Address) && !slices.ContainsFunc(t.socks, isAt(in.Address)):
		return f, notHere(in)
	}
	f.Binds = t.binds
	gaps := gapSet{t.gaps}
	rules, more := h.rules.Read()
	gaps.add(more...)
	// The hosts file may give localhost an address that this machine lacks.
	rules.Localhost = slices.DeleteFunc(rules.Localhost, func(a netip.Addr) bool { return slices.Contains(t.absent, a) })
	f.Rules = rulesFor(in.Port, rules)
	p := h.newPeople(false)
	p.memory = memory
	f.Listeners, f.Leftovers, more = h.identify(ctx, p, want, t.socks, nil)
	gaps.add(more...)
	f.Unowned = unowned(t.socks)
	f.Gaps = gaps.list
	return f, nil
}

// isAt finds sockets at an address.
func isAt(a netip.Addr) func(sockets.Socket) bool {
	return func(s sockets.Socket) bool { return s.Local.Address().Unmap() == a }
}

// lookFarther looks where the kernel's table of this namespace does not
// reach: at other namespaces, and at what container engines forward.
func (h *Host) lookFarther(ctx context.Context, f *verdict.Facts, want sockets.Want) {
	want.Connections = false
	p := h.newPeople(false)
	gaps := gapSet{f.Gaps}
	socks, more := h.sockets.ReadElsewhere(ctx, want)
	gaps.add(more...)
	gaps.add(h.sockets.FindHolders(ctx, socks)...)
	f.Elsewhere, _, more = h.describe(ctx, p, socks, nil)
	gaps.add(more...)
	at := limen.Endpoint{Transport: want.Transport, Addr: netip.AddrPortFrom(netip.IPv4Unspecified(), want.Port)}
	f.Published, more = p.keepers.Published(ctx, at)
	gaps.add(more...)
	f.Gaps = gaps.list
}

// absences are the causes that stand for nobody being known to hold a socket.
var absences = map[sockets.Absence]limen.CauseKind{
	sockets.Hidden:  limen.CauseListener,
	sockets.Outside: limen.CauseOutsidePID,
	sockets.Nobody:  limen.CauseKernel,
}

// unowned says what it means here that a socket has no owner. It is the same
// for all of them: how far this process may look.
func unowned(socks []sockets.Socket) limen.CauseKind {
	for _, s := range socks {
		if s.Absence != sockets.NotAbsent {
			return absences[s.Absence]
		}
	}
	return limen.CauseListener
}
