package host

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/sockets"
)

// A trial is what came of trying a port, and the sockets that were there right
// after.
type trial struct {
	binds  []limen.Bind
	absent []netip.Addr // which this machine does not have
	socks  []sockets.Socket
	gaps   []limen.Gap
}

// tryAndRead tries a port, if that is wanted, and reads its sockets. Two
// questions of this process do so one after the other, or each would meet the
// binds of the other.
func (h *Host) tryAndRead(ctx context.Context, in op.WhyIn, want sockets.Want) (t trial, err error) {
	h.trying.Lock()
	defer h.trying.Unlock()
	if !in.NoTry {
		t.binds, t.absent, t.gaps = tryAll(in)
	}
	socks, gaps, err := h.sockets.Read(ctx, want)
	t.socks, t.gaps = socks, append(t.gaps, gaps...)
	return t, err
}

// isOneAddress reports whether a question is about one address. Whoever names a
// usual one means the port as such: that is how servers print where they are.
func isOneAddress(in op.WhyIn) bool {
	return in.Address.IsValid() && !slices.Contains(bind.Usual, in.Address)
}

// tryAll binds the port at the usual addresses, or at the one that is asked
// about. That the machine lacks some, as without IPv6, is no gap.
func tryAll(in op.WhyIn) (binds []limen.Bind, absent []netip.Addr, gaps []limen.Gap) {
	addresses := bind.Usual
	if isOneAddress(in) {
		addresses = []netip.Addr{in.Address}
	}
	for _, a := range addresses {
		b, err := bind.Try(in.Transport, a, in.Port)
		switch {
		case err == nil:
			binds = append(binds, b)
			continue
		case errors.Is(err, bind.ErrNoAddress):
			absent = append(absent, a)
			continue
		}
		g := limen.Gap{What: fmt.Sprintf("whether %s can be bound", netip.AddrPortFrom(a, in.Port)), Why: err.Error()}
		if errors.Is(err, errors.ErrUnsupported) {
			g.Why = "limen cannot try ports on this system yet"
		}
		gaps = append(gaps, g)
	}
	return binds, absent, gaps
}
