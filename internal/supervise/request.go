package supervise

import (
	"context"
	"fmt"

	"github.com/limenhq/limen"
)

// What can be asked of a Supervisor while it runs. Each method returns when the
// request is taken in, which is at once; events tell the rest. Of requests for
// one app, the last one counts.

// StartApp starts an app that does not run, and first whatever it depends on
// and is not there. One that waits to be started again is started now.
func (s *Supervisor) StartApp(ctx context.Context, name string) error {
	return s.ask(ctx, name, func(w *shift, u *unit) { wake(u, map[*unit]bool{}) })
}

// StopApp stops an app. Those that depend on it go on.
func (s *Supervisor) StopApp(ctx context.Context, name string) error {
	return s.ask(ctx, name, func(_ *shift, u *unit) {
		u.wanted, u.again = false, false
	})
}

// RestartApp stops an app, if it runs, and starts it. Those that depend on it
// go on.
func (s *Supervisor) RestartApp(ctx context.Context, name string) error {
	return s.ask(ctx, name, func(_ *shift, u *unit) {
		u.revive()
		u.again = u.lives() || u.stuck
	})
}

// wake starts a unit, and what it needs.
func wake(u *unit, seen map[*unit]bool) {
	if seen[u] {
		return
	}
	seen[u] = true
	for _, n := range u.needs {
		if !n.isMet() && !n.on.isResting() {
			wake(n.on, seen)
		}
	}
	u.revive()
	u.again = u.again || u.asked
}

// ask lets Run's own goroutine do something about an app.
func (s *Supervisor) ask(ctx context.Context, name string, do func(*shift, *unit)) error {
	s.make()
	answer := make(chan error, 1)
	act := func(w *shift) {
		for _, u := range w.units {
			if u.Name == name && !w.ending {
				do(w, u)
				answer <- nil
				return
			}
		}
		answer <- w.refuse(name)
	}
	select {
	case s.acts <- act:
		return <-answer
	case <-s.over:
		return ErrOver
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refuse says why nothing is done about an app.
func (w *shift) refuse(name string) error {
	if w.ending {
		return ErrOver
	}
	return &limen.Error{
		Kind: limen.NotFound,
		What: fmt.Sprintf("cannot find the app %q", name),
		Why:  "none of those that run here is called so",
		Next: "limen ps shows them",
	}
}
