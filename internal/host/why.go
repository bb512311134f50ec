package host

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/registry"
	"github.com/limenhq/limen/internal/sockets"
	"github.com/limenhq/limen/internal/verdict"
)

// leftover is a connection with the time the kernel will still remember it.
type leftover = verdict.Leftover

// Why says whether a port can be had, and who is in the way.
func (h *Host) Why(ctx context.Context, in op.WhyIn) (limen.Verdict, error) {
	if in.Port == 0 {
		return limen.Verdict{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot judge port 0",
			Why: "it stands for any free port", Next: "name a port from 1 to 65535",
		}
	}
	if in.Transport == 0 {
		in.Transport = limen.TCP
	}
	// Trying and looking are two moments, and another limen may be trying the
	// same port. What does not fit together is looked at again.
	const looks = 3
	var v limen.Verdict
	for range looks {
		f, err := h.facts(ctx, in)
		if err != nil {
			return v, err
		}
		if v = verdict.Judge(f); verdict.Settled(v) {
			break
		}
	}
	number := registry.Lookup(in.Port, in.Transport)
	v.Number = &number
	return v, ctx.Err()
}

// facts tries the port, and looks at everything that bears on it.
func (h *Host) facts(ctx context.Context, in op.WhyIn) (verdict.Facts, error) {
	f := verdict.Facts{Transport: in.Transport, Port: in.Port, Asker: int64(os.Geteuid()), Stop: keeper.Next}
	f.Machine, f.Time = h.moment()
	var gaps gapSet
	if !in.NoTry {
		var more []limen.Gap
		f.Binds, more = tryAll(in)
		gaps.add(more...)
	}
	rules, more := h.rules.Read()
	gaps.add(more...)
	f.Rules = rulesFor(in.Port, rules)

	people := h.newPeople(false)
	want := sockets.Want{Transport: in.Transport, Port: in.Port, Connections: true}
	socks, more, err := h.sockets.Read(ctx, want)
	if err != nil {
		return f, readError(fmt.Sprintf("cannot say who holds %s port %d", in.Transport, in.Port), err)
	}
	gaps.add(more...)
	f.Listeners, f.Leftovers, more = h.identify(ctx, people, socks, nil)
	gaps.add(more...)
	f.Unowned = unowned(socks)
	if len(f.Listeners) == 0 {
		// Only now is it worth asking who might be meant instead.
		gaps.add(h.lookFarther(ctx, &f, people, want)...)
	}
	f.Gaps = gaps.list
	return f, nil
}

// tryAll binds the port at the usual addresses, and at the one that was asked
// for.
func tryAll(in op.WhyIn) (binds []limen.Bind, gaps []limen.Gap) {
	addresses := bind.Usual
	if a := in.Address.Unmap(); a.IsValid() && !slices.Contains(addresses, a) {
		addresses = append([]netip.Addr{a}, addresses...)
	}
	for _, a := range addresses {
		b, err := bind.Try(in.Transport, a, in.Port)
		if err == nil {
			binds = append(binds, b)
			continue
		}
		g := limen.Gap{What: fmt.Sprintf("whether %s can be bound", netip.AddrPortFrom(a, in.Port)), Why: err.Error()}
		switch {
		case errors.Is(err, bind.ErrNoAddress):
			g.Why = bind.ErrNoAddress.Error()
		case errors.Is(err, errors.ErrUnsupported):
			g.Why = "limen cannot try ports on this system yet"
		}
		gaps = append(gaps, g)
	}
	return binds, gaps
}

// rulesFor picks what the rules say about one port.
func rulesFor(port uint16, r bind.Rules) verdict.Rules {
	blockedFor, _ := registry.BlockedByBrowsers(port)
	return verdict.Rules{
		Ephemeral: r.Ephemeral, Unprivileged: r.Unprivileged, MayBindLow: r.MayBindLow, Localhost: r.Localhost,
		Reserved: slices.ContainsFunc(r.Reserved, func(p limen.PortRange) bool { return p.Contains(port) }),
		Browser:  blockedFor,
	}
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

// lookFarther looks where the kernel's table of this namespace does not
// reach: at other namespaces, and at what container engines forward.
func (h *Host) lookFarther(ctx context.Context, f *verdict.Facts, p *people, want sockets.Want) []limen.Gap {
	want.Connections = false
	socks, found := h.sockets.ReadElsewhere(ctx, want)
	gaps := gapSet{found}
	var more []limen.Gap
	f.Elsewhere, _, more = h.identify(ctx, p, socks, nil)
	gaps.add(more...)
	at := limen.Endpoint{Transport: want.Transport, Addr: netip.AddrPortFrom(netip.IPv4Unspecified(), want.Port)}
	f.Published, more = p.keepers.Published(ctx, at)
	gaps.add(more...)
	return gaps.list
}
