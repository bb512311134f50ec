// Package supervise decides when each of several apps is started, started again
// and stopped. It knows no process: what an app is, and how one is started, are
// functions that it is given, so that all it has to say about order and time can
// be tested without waiting.
package supervise

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// ErrOver says that apps are not started any more: all have ended, or are being
// stopped.
var ErrOver = errors.New("nothing is started any more: all apps have ended, or are being stopped")

// A Running is one run of an app. Of each app there is never more than one.
type Running interface {
	// Ready returns a channel that is closed when the app does what others
	// wait for.
	Ready() <-chan struct{}

	// Ended returns a channel that gives how the app ended, once nothing of it
	// is left.
	Ended() <-chan Status

	// Stop ends the app, and returns when nothing of it is left, or when that
	// cannot be had. When ctx ends, it has been patient for long enough.
	Stop(ctx context.Context) error
}

// A Supervisor runs apps, once. Its methods may be called by several goroutines
// at once, before Run too; they wait for it then.
type Supervisor struct {
	Apps []App

	// Start starts an app. Attempts count from 1. If ctx ends, the app is not
	// wanted any more, and Start returns soon; what it has started goes on
	// until it is stopped, whatever becomes of ctx.
	Start func(ctx context.Context, name string, attempt int) (Running, error)

	Now    func() time.Time // nil means the clock
	Jitter func() float64   // from 0 to less than 1; nil means at random

	once   sync.Once // makes what follows
	acts   chan func(*shift)
	killed chan struct{}
	over   chan struct{}

	began atomic.Bool
	kill  sync.Once // closes killed
}

// Run starts all apps, each when those it depends on are as it needs them, and
// keeps them running, until none runs and none will, or ctx ends: then it stops
// them, dependents first. It tells every change of state, one after the other,
// and waits for tell, which must not ask anything of the Supervisor.
//
// It returns the worst way in which an app has ended by itself. The error is
// about Apps: nothing was started then. When Run has returned, no goroutine of
// it is left.
func (s *Supervisor) Run(ctx context.Context, tell func(Event)) (Status, error) {
	units, err := arrange(s.Apps)
	if err != nil {
		return Status{}, err
	}
	if s.began.Swap(true) {
		return Status{}, ErrOver
	}
	s.make()
	patience, enough := context.WithCancel(context.WithoutCancel(ctx))
	w := &shift{Supervisor: s, units: units, tell: tell, patience: patience, left: make(chan struct{})}
	defer close(s.over)
	defer w.leave()
	defer enough()

	done, killed := ctx.Done(), s.killed
	for {
		wait := w.step()
		if w.isOver() {
			return w.worst(), nil
		}
		select {
		case act := <-s.acts:
			act(w)
		case <-done:
			done, w.ending = nil, true
		case <-killed:
			killed, w.ending, w.hurried = nil, true, true
			enough()
		case <-wait:
		}
	}
}

// Kill stops all apps at once: in no order, and without patience. Run returns
// when that is done.
func (s *Supervisor) Kill() {
	s.make()
	s.kill.Do(func() { close(s.killed) })
}

// make makes the channels, so that the zero Supervisor works.
func (s *Supervisor) make() {
	s.once.Do(func() {
		s.acts = make(chan func(*shift))
		s.killed, s.over = make(chan struct{}), make(chan struct{})
	})
}

func (s *Supervisor) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Supervisor) jitter() float64 {
	if s.Jitter != nil {
		return s.Jitter()
	}
	return rand.Float64()
}
