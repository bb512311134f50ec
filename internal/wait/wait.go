// Package wait finds out when a port, a URL or a socket is as it should be, by
// using it: what is ready answers a connection, what is closed refuses one,
// and what is free can be bound.
package wait

import (
	"context"
	"time"

	"github.com/limenhq/limen"
)

// A Waiter waits for goals. Some of what it needs to know is others' business,
// and is handed to it.
type Waiter struct {
	Now func() time.Time // nil means the system's clock

	// Bind says whether a port can be bound, everywhere where servers bind,
	// and where not.
	Bind func(limen.Transport, uint16) (where string, free bool)

	// Held reports whether the kernel knows of somebody who waits at a port
	// of this machine; looking there disturbs no server. It returns an error
	// where the kernel cannot know, or does not tell.
	Held func(context.Context, limen.Goal) (bool, error)

	// Wake calls wake whenever a listener comes or goes, until ctx ends. It is
	// nil, or returns at once, where nothing tells of that.
	Wake func(ctx context.Context, wake func())

	// Owns says as an error who has a port that answers, if it is somebody
	// else than a process and those whom it started. A gap says that nobody
	// could tell.
	Owns func(context.Context, limen.Goal, limen.ProcessID) ([]limen.Gap, error)

	// Identify returns the run that a PID stands for, or why there is none.
	Identify func(pid int) (limen.ProcessID, error)
}

// now is the default clock.
func now() time.Time { return time.Now() }

// A Request is what to wait for.
type Request struct {
	Goals   []limen.Goal
	Any     bool          // one of them is enough
	Timeout time.Duration // 0 means without end
	PID     int           // of the process that shall bring it about; 0 for whoever does
}

// Wait waits until the goals are reached, the time is over, or it has become
// pointless. It returns an error if ctx ends before that. Every goroutine that
// it starts has ended when it returns.
func (w Waiter) Wait(ctx context.Context, r Request) (limen.Waited, error) {
	if w.Now == nil {
		w.Now = now
	}
	p := pursuit{Waiter: w, Request: r, began: w.Now(), goals: make([]limen.Awaited, len(r.Goals))}
	for i, g := range r.Goals {
		p.goals[i] = limen.Awaited{Goal: g, Saw: "not looked at"}
	}
	if r.PID != 0 {
		var err error
		if p.maker, err = w.follow(r.PID); err != nil {
			return limen.Waited{
				Outcome: limen.OutcomePointless, Goals: p.goals, Why: err.Error(),
				Next: "see what it wrote: how it ended cannot be known any more",
			}, nil
		}
		defer p.maker.close()
	}
	// Without a deadline of its own: who connects heeds one before it has come,
	// and the last look would see nothing but the end of the time.
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	if r.Timeout > 0 {
		defer time.AfterFunc(r.Timeout, cancel).Stop()
	}
	result := p.run(limited)
	result.Took, result.Goals, result.Gaps = w.Now().Sub(p.began), p.goals, append(result.Gaps, p.gaps...)
	if ctx.Err() != nil && result.Outcome == limen.OutcomeTimeout {
		return result, ctx.Err()
	}
	return result, nil
}
