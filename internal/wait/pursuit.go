package wait

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A pursuit is waiting that goes on.
type pursuit struct {
	Waiter
	Request

	began time.Time
	goals []limen.Awaited // each belongs to the goroutine of its goal until that has ended
	maker *maker          // nil without a PID
	gaps  []limen.Gap     // of those who arrived
}

// run starts one goroutine for each goal, so that a slow one holds up no
// other, and returns when all of them have ended.
func (p *pursuit) run(ctx context.Context) limen.Waited {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()

	news := make(chan arrival, len(p.goals)) // so that nobody who is late is stuck
	wakes := make([]chan struct{}, len(p.goals))
	for i := range p.goals {
		wakes[i] = make(chan struct{}, 1)
		all.Go(func() { news <- p.pursue(ctx, i, wakes[i]) })
	}
	if p.Wake != nil {
		all.Go(func() { p.Wake(ctx, func() { wakeAll(wakes) }) })
	}
	ended := make(chan struct{})
	if p.maker != nil {
		all.Go(func() {
			if p.maker.wait(ctx) {
				close(ended)
			}
		})
	}
	return p.collect(ctx, news, ended)
}

// wakeAll has every goal looked at now. Who is looking already looks again.
func wakeAll(wakes []chan struct{}) {
	for _, w := range wakes {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// An arrival is a goal that was reached, or will not be. If ctx has ended it
// is neither.
type arrival struct {
	goal      int
	reached   bool
	pointless error
	gaps      []limen.Gap
}

// collect waits for what decides. When ctx ends, every goal that is being looked at is
// looked at to the end: it may be reached.
func (p *pursuit) collect(ctx context.Context, news <-chan arrival, ended <-chan struct{}) limen.Waited {
	reached, lost := make([]bool, len(p.goals)), 0
	late := ctx.Done()
	for left := len(p.goals); !p.isDone(reached); {
		if late == nil && left == 0 {
			return limen.Waited{Outcome: limen.OutcomeTimeout}
		}
		select {
		case a := <-news:
			left--
			if a.pointless != nil {
				lost++
			}
			if a.pointless != nil && (!p.Any || lost == len(p.goals)) {
				return limen.Waited{Outcome: limen.OutcomePointless, Why: a.pointless.Error()}
			}
			reached[a.goal], p.gaps = a.reached, append(p.gaps, a.gaps...)
		case <-ended:
			ended = nil
			if p.needsMaker(reached) {
				return p.bereft(ctx)
			}
		case <-late:
			late, ended = nil, nil
		}
	}
	return limen.Waited{Outcome: limen.OutcomeReady}
}

func (p *pursuit) isDone(reached []bool) bool {
	if p.Any {
		return slices.Contains(reached, true)
	}
	return !slices.Contains(reached, false)
}

// needsMaker reports whether the goals cannot be reached without the process
// that was to bring them about. What is to be closed or free may be so because
// it has ended.
func (p *pursuit) needsMaker(reached []bool) bool {
	lost, others := 0, 0
	for i, g := range p.Goals {
		switch {
		case reached[i]:
		case g.State == limen.GoalReady:
			lost++
		default:
			others++
		}
	}
	return lost > 0 && (!p.Any || others == 0)
}

// pursue looks at a goal until it is reached.
func (p *pursuit) pursue(ctx context.Context, i int, wake <-chan struct{}) arrival {
	g := &p.goals[i]
	look := p.lookAt(g.Goal)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return arrival{goal: i}
		case <-wake:
		case <-timer.C:
		}
		s := look(ctx)
		if ctx.Err() != nil && !s.reached {
			return arrival{goal: i} // what it saw is only that it was stopped
		}
		g.Saw = s.saw
		if s.reached {
			return p.arrive(ctx, i)
		}
		timer.Reset(s.pause)
	}
}

// arrive says that a goal is reached, unless by another process than the one
// that was to bring it about.
func (p *pursuit) arrive(ctx context.Context, i int) arrival {
	g := &p.goals[i]
	g.After = p.Now().Sub(p.began)
	var gaps []limen.Gap
	if p.maker != nil && p.Owns != nil && g.Goal.State == limen.GoalReady {
		var err error
		switch gaps, err = p.Owns(ctx, g.Goal, p.maker.id); {
		case err != nil && ctx.Err() != nil:
			return arrival{goal: i} // it may say no more than that it was stopped
		case err != nil:
			return arrival{goal: i, pointless: fmt.Errorf("another process took it: %w", err)}
		}
	}
	g.Reached = true
	return arrival{goal: i, reached: true, gaps: gaps}
}

// bereft is what comes of waiting for a process that has ended.
func (p *pursuit) bereft(ctx context.Context) limen.Waited {
	ended, gaps := p.maker.ended(ctx)
	return limen.Waited{
		Outcome: limen.OutcomePointless, Ended: &ended, Gaps: gaps,
		Why: fmt.Sprintf("pid %d has ended%s", ended.PID, how(ended)),
	}
}

// how says how a process has ended.
func how(e limen.Ended) string {
	switch {
	case e.Status != nil:
		return fmt.Sprintf(", with exit status %d", *e.Status)
	case e.Signal != "":
		return ", by " + e.Signal
	}
	return ""
}
