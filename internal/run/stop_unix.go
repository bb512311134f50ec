//go:build linux || darwin || freebsd

package run

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// How long to wait between two looks at processes that are to end: while they
// may take their time, and when they were killed.
const (
	askPause  = 10 * time.Millisecond
	killPause = 2 * time.Millisecond
)

func (e *engine) stop(ctx context.Context, r *Run, grace time.Duration) (Stopped, error) {
	began := e.config.now()
	h := newHunt(e.send, sendGroup)
	left, err := h.end(ctx, grace, func() ([]node, error) { return e.tree.of(r.number, 0) })
	switch {
	case errors.Is(err, ErrLost):
		<-e.lost // whoever hears of that ends everything
		err = nil
	case err == nil && len(left) > 0:
		err = h.failure(left)
	case err == nil:
		e.settle(ctx, r)
		e.tree.forget(r.number)
	}
	return Stopped{h.asked, h.killed, e.config.now().Sub(began)}, err
}

// settle waits until the guard has told how the program ended, which is over
// already.
func (e *engine) settle(ctx context.Context, r *Run) {
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime)
	defer cancel()
	select {
	case <-r.ended:
	case <-patience.Done():
	}
}

// end asks until grace or ctx is over, and then kills until nothing is left,
// or killTime is over. It returns what is left.
func (h *hunt) end(ctx context.Context, grace time.Duration, look func() ([]node, error)) ([]node, error) {
	polite, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if left, err := h.rounds(polite, askPause, look, func(n []node) bool { h.ask(n); return false }); err != nil || len(left) == 0 {
		return left, err
	}
	stern, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime)
	defer cancel()
	return h.rounds(stern, killPause, look, h.kill)
}

// rounds looks and acts until two looks in a row have found nothing, because a
// process that is handed to another parent during one can escape it, or until
// ctx ends. An act that met something new is followed by the next look at once.
func (h *hunt) rounds(ctx context.Context, pause time.Duration, look func() ([]node, error), act func([]node) (again bool)) ([]node, error) {
	clean := false
	for {
		nodes, err := look()
		switch {
		case err != nil:
			return nil, err
		case len(nodes) == 0 && clean:
			return nil, nil
		case ctx.Err() != nil && !(len(nodes) == 0):
			return nodes, nil
		}
		if clean = len(nodes) == 0; clean || act(nodes) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// inherit ends what the guard has left behind, and notes how programs ended
// that came to us.
func (e *engine) inherit(runs map[uint32]*pending) {
	mains := map[int]*pending{}
	for _, r := range runs {
		if r.id.PID != 0 {
			mains[r.id.PID] = r
		}
	}
	h := newHunt(e.send, sendGroup)
	h.end(context.Background(), e.config.Grace, func() ([]node, error) {
		nodes, children, err := e.heirs()
		// What has ended stays until we ask how.
		for _, id := range children {
			var w unix.WaitStatus
			if pid, _ := unix.Wait4(id.PID, &w, unix.WNOHANG, nil); pid == id.PID && mains[pid] != nil {
				mains[pid].end(statusOf(w))
			}
		}
		return nodes, err
	})
}
