package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/sockets"
)

// glance is how often to see whether a server has come. To look at one port is
// one question to the kernel.
const glance = 50 * time.Millisecond

// Hold keeps ports bound, without listening, until a server listens on each.
func (h *Host) Hold(ctx context.Context, in op.HoldIn, next func(limen.Leases) error) error {
	if len(in.Ports) == 0 {
		return &limen.Error{Kind: limen.Invalid, What: "cannot hold a port", Why: "none is named", Next: "limen hold 23117"}
	}
	held := map[uint16]bind.Placeholder{}
	defer func() {
		for _, p := range held {
			p.Close() // nothing is lost by a port that stays bound until limen ends
		}
	}()
	for _, port := range in.Ports {
		p, err := bind.Hold(port)
		if err != nil {
			return cannotHold(port, err)
		}
		held[port] = p
	}
	limit := time.NewTimer(cmp.Or(in.For, 10*time.Minute))
	defer limit.Stop()
	look := time.NewTicker(glance)
	defer look.Stop()
	told := 0
	for len(held) > 0 {
		if told != len(held) {
			told = len(held)
			if err := next(h.keptNow(held)); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return nil
		case <-look.C:
		}
		for port, p := range held {
			came, err := h.hasServer(ctx, port)
			if err != nil {
				return err
			}
			if came {
				p.Close() // likewise
				delete(held, port)
			}
		}
	}
	return nil
}

// hasServer reports whether somebody listens on a TCP port.
func (h *Host) hasServer(ctx context.Context, port uint16) (bool, error) {
	socks, _, err := h.sockets.Read(ctx, sockets.Want{Transport: limen.TCP, Port: port})
	return slices.ContainsFunc(socks, func(s sockets.Socket) bool { return s.State == limen.Listening }), err
}

// keptNow says which ports are kept.
func (h *Host) keptNow(held map[uint16]bind.Placeholder) limen.Leases {
	_, now := h.moment()
	var l limen.Leases
	for port := range held {
		l.Leases = append(l.Leases, limen.Lease{Port: port, Since: now})
	}
	slices.SortFunc(l.Leases, func(a, b limen.Lease) int { return cmp.Compare(a.Port, b.Port) })
	return l
}

func cannotHold(port uint16, err error) error {
	e := &limen.Error{Kind: limen.Busy, What: fmt.Sprintf("cannot hold port %d", port), Why: err.Error(), Next: fmt.Sprintf("limen why %d", port)}
	if errors.Is(err, errors.ErrUnsupported) {
		e.Kind, e.Next = limen.Unsupported, "limen pick keeps other limens from it for a minute all the same"
	}
	return e
}
