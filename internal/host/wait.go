package host

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/process"
	"github.com/limenhq/limen/internal/sockets"
	"github.com/limenhq/limen/internal/wait"
)

// Wait waits until ports, URLs and sockets are as they should be.
func (h *Host) Wait(ctx context.Context, in op.WaitIn) (limen.Waited, error) {
	if len(in.Goals) == 0 {
		return limen.Waited{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot wait", Why: "nothing is named to wait for", Next: "limen wait 3000",
		}
	}
	for _, g := range in.Goals {
		if err := wait.Check(g); err != nil {
			return limen.Waited{}, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("cannot wait for %q", withoutSecret(g)), Why: err.Error(),
				Next: "limen wait 3000, free:3000, closed:3000, a URL or a Unix socket",
			}
		}
	}
	w := wait.Waiter{
		Now: h.now, Bind: h.isBindable, Held: h.isHeld, Owns: h.owns, Identify: identifyPID,
		Wake: func(ctx context.Context, wake func()) { h.wake(ctx, in.Goals, wake) },
	}
	result, err := w.Wait(ctx, wait.Request{Goals: in.Goals, Any: in.Any, Timeout: in.Timeout, PID: in.PID})
	if err != nil {
		return result, err
	}
	h.explain(ctx, &result, in)
	for i, a := range result.Goals {
		result.Goals[i].Goal = withoutSecret(a.Goal)
	}
	result.Machine, result.Time = h.moment()
	return result, nil
}

// withoutSecret is a goal as it can be told: a password has done its work.
func withoutSecret(g limen.Goal) limen.Goal {
	if u, err := url.Parse(g.URL); err == nil && u.User != nil {
		g.URL = u.Redacted()
	}
	return g
}

// isBindable binds a port at each of the usual addresses that the machine has.
func (h *Host) isBindable(t limen.Transport, port uint16) (where string, free bool) {
	h.trying.Lock()
	defer h.trying.Unlock()
	var worked, refused []string
	for _, a := range bind.Usual {
		b, err := bind.Try(t, a, port)
		switch {
		case errors.Is(err, bind.ErrNoAddress):
		case err != nil:
			refused = append(refused, fmt.Sprintf("binding %v cannot be tried: %v", a, err))
		case b.Free:
			worked = append(worked, a.String())
		case b.Reuse:
			refused = append(refused, fmt.Sprintf("closed connections linger at %v: only with SO_REUSEADDR it can be bound", a))
		default:
			refused = append(refused, fmt.Sprintf("binding %v: %s", a, b.Error))
		}
	}
	if len(refused) > 0 {
		return strings.Join(refused, ", "), false
	}
	return "binding it worked on " + strings.Join(worked, ", "), len(worked) > 0
}

// head is how long goals are only looked at. What is ready already, or in a
// moment, is not worth asking the kernel to tell of it.
const head = 100 * time.Millisecond

// wake has goals looked at when the kernel tells of a listener that comes or
// goes. Where it does not, looking every few milliseconds is all there is.
func (h *Host) wake(ctx context.Context, goals []limen.Goal, wake func()) {
	ports := map[uint16]bool{}
	for _, g := range goals {
		if want, ok := wantOf(g); ok && want.Transport == limen.TCP {
			ports[want.Port] = true
		}
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(head):
	}
	if len(ports) == 0 {
		return
	}
	want := sockets.Want{Transport: limen.TCP, Match: func(e limen.Endpoint) bool { return ports[e.Port()] }}
	// That it cannot be watched is no loss: the goals are looked at anyway.
	_ = h.sockets.Watch(ctx, want, time.Hour, func(sockets.Report) error {
		wake()
		return nil
	})
}

// identifyPID returns the run that a PID stands for.
func identifyPID(pid int) (limen.ProcessID, error) {
	id, err := new(process.Reader).Identify(pid)
	if errors.Is(err, process.ErrGone) {
		err = fmt.Errorf("pid %d is not running", pid)
	}
	return id, err
}

// explain says why goals were not reached, and what to do.
func (h *Host) explain(ctx context.Context, w *limen.Waited, in op.WaitIn) {
	if w.Outcome == limen.OutcomeReady {
		return
	}
	for _, a := range w.Goals {
		if a.Reached {
			continue
		}
		if w.Outcome == limen.OutcomeTimeout && w.Why == "" {
			w.Why = fmt.Sprintf("%v was over before", in.Timeout)
		}
		want, ok := wantOf(a.Goal)
		if !ok {
			continue
		}
		if w.Next == "" {
			w.Next = fmt.Sprintf("limen why %d", want.Port)
			if want.Transport == limen.UDP {
				w.Next += "/udp"
			}
		}
		if at := h.listensElsewhere(ctx, a.Goal, want); at != "" {
			w.Next = fmt.Sprintf("limen wait %s, where somebody listens", at)
			return
		}
	}
}
