package supervise

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A loop is a supervisor at work. Everything in it belongs to one goroutine,
// so that no two decisions are ever made at once.
type loop struct {
	s        *Supervisor
	ctx      context.Context // of what is started and stopped; outlives the one of Run, and ends with kill
	cancel   context.CancelFunc
	apps     []*app
	isEnding bool
}

// An app is an App with what has become of it.
type app struct {
	App
	state    limen.AppState
	running  Running // nil if nothing of it runs
	began    time.Time
	wanted   bool // it shall run
	again    bool // it is stopped only to be started again
	stopping bool // it was asked to end
	pause    *time.Timer
	deaths   []death
	worst    int // the exit code it failed with, for good
	waiters  []chan struct{}
}

func newLoop(s *Supervisor, ctx context.Context) *loop {
	l := &loop{s: s}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, a := range s.Apps {
		l.apps = append(l.apps, &app{App: a, wanted: true, state: limen.AppWaiting})
	}
	return l
}

func (l *loop) app(name string) *app {
	i := slices.IndexFunc(l.apps, func(a *app) bool { return a.Name == name })
	return l.apps[i]
}

// move brings an app into a state, and tells.
func (l *loop) move(a *app, to limen.AppState, why string) {
	a.state = to
	l.s.Tell(Event{a.Name, to, why})
}

// advance starts and stops whatever can be now. One step can make the next one
// possible.
func (l *loop) advance() {
	for again := true; again; {
		again = false
		for _, a := range l.apps {
			if l.isEnding {
				again = l.end(a) || again
			} else {
				again = l.start(a) || again
			}
		}
	}
}

// start starts an app that is wanted and may be started, and reports whether
// anything changed.
func (l *loop) start(a *app) bool {
	if !a.wanted || a.running != nil || a.pause != nil {
		return false
	}
	for _, d := range a.After {
		isMet, isLost := l.look(d)
		if isLost != "" {
			a.wanted = false
			l.move(a, limen.AppFailed, isLost)
			return true
		}
		if !isMet {
			return false
		}
	}
	running, err := l.s.Start(l.ctx, a.Name)
	if err != nil {
		a.wanted, a.worst = false, max(a.worst, 1)
		l.move(a, limen.AppFailed, err.Error())
		return true
	}
	a.running, a.began, a.stopping, a.again = running, l.s.Now(), false, false
	l.move(a, limen.AppStarting, "")
	go l.attend(a, running)
	return true
}

// attend tells the loop how a run goes. It ends with the run.
func (l *loop) attend(a *app, r Running) {
	ctx := context.Background() // posts end with the loop
	var late <-chan time.Time
	if a.Patience > 0 {
		timer := time.NewTimer(a.Patience)
		defer timer.Stop()
		late = timer.C
	}
	ready := r.Ready()
	for {
		select {
		case <-ready:
			ready, late = nil, nil
			_ = l.s.post(ctx, func(l *loop) { l.becameReady(a, r) })
		case <-late:
			late = nil
			_ = l.s.post(ctx, func(l *loop) {
				if a.running == r && a.state == limen.AppStarting {
					l.move(a, limen.AppStarting, fmt.Sprintf("is not ready after %v; limen waits on", a.Patience))
				}
			})
		case <-r.Over():
			_ = l.s.post(ctx, func(l *loop) { l.isOver(a, r) })
			return
		}
	}
}

// look reports whether a dependency is as far as it must be, and if it never
// will be, why.
func (l *loop) look(d Dependency) (isMet bool, isLost string) {
	on := l.app(d.Name)
	hasEndedWell := on.state == limen.AppEnded
	isGone := !on.wanted && on.running == nil && on.pause == nil
	switch {
	case hasEndedWell:
		return true, ""
	case isGone:
		return false, fmt.Sprintf("is not started: it needs %s, which %s", on.Name, gone[on.state])
	case d.Until == Started:
		return on.running != nil, ""
	case d.Until == Ready:
		return on.state == limen.AppReady, ""
	}
	return false, ""
}

// gone says of an app that does not come any more what became of it.
var gone = map[limen.AppState]string{
	limen.AppFailed:  "has failed",
	limen.AppStopped: "was stopped",
}

func (l *loop) becameReady(a *app, r Running) {
	if a.running == r && a.state == limen.AppStarting {
		l.move(a, limen.AppReady, "")
	}
}

// isOver decides what comes after a run.
func (l *loop) isOver(a *app, r Running) {
	if a.running != r {
		return
	}
	a.running = nil
	for _, w := range a.waiters {
		close(w)
	}
	a.waiters = nil
	outcome := r.Outcome()
	switch {
	case a.stopping && a.again:
		l.move(a, limen.AppRestarting, "")
	case a.stopping:
		l.move(a, limen.AppStopped, "")
	case a.Restart == Always, a.Restart == OnFailure && outcome.Code != 0:
		l.retry(a, outcome)
	case outcome.Code != 0:
		a.wanted, a.worst = false, outcome.Code
		l.move(a, limen.AppFailed, fmt.Sprintf("has failed: %s", outcome.Why))
	default:
		a.wanted = false
		l.move(a, limen.AppEnded, "")
	}
}

// wish has an app end, to be started again or not. What waits to be started is
// started now, or never.
func (l *loop) wish(a *app, again bool) {
	a.wanted = again
	if a.pause != nil {
		a.pause.Stop()
		a.pause = nil
	}
	a.deaths, a.worst = nil, 0
	if a.running == nil {
		if !again && a.state != limen.AppStopped {
			l.move(a, limen.AppStopped, "")
		}
		return
	}
	a.again = again
	l.stop(a)
}

// stop asks an app to end. It is asked once.
func (l *loop) stop(a *app) {
	if a.stopping {
		return
	}
	a.stopping = true
	l.move(a, limen.AppStopping, "")
	r := a.running
	go func() { // ends with the run
		if err := r.Stop(l.ctx); err != nil {
			_ = l.s.post(context.Background(), func(l *loop) {
				if a.running == r {
					l.move(a, limen.AppStopping, err.Error())
				}
			})
		}
	}()
}

// end stops an app if nothing that depends on it runs any more, and reports
// whether anything changed.
func (l *loop) end(a *app) bool {
	a.wanted, a.again = false, false
	if a.pause != nil {
		a.pause.Stop()
		a.pause = nil
		l.move(a, limen.AppStopped, "")
		return true
	}
	if a.running == nil || a.stopping {
		return false
	}
	for _, b := range l.apps {
		needs := slices.ContainsFunc(b.After, func(d Dependency) bool { return d.Name == a.Name })
		if needs && b.running != nil {
			return false
		}
	}
	l.stop(a)
	return true
}

// kill stops everything at once.
func (l *loop) kill() {
	l.isEnding = true
	l.cancel()
	for _, a := range l.apps {
		if a.running != nil {
			l.stop(a)
		}
	}
}

// isDone reports whether nothing runs, and nothing will.
func (l *loop) isDone() bool {
	return !slices.ContainsFunc(l.apps, func(a *app) bool { return a.running != nil || a.pause != nil || a.wanted })
}

// code is the worst exit code.
func (l *loop) code() (worst int) {
	for _, a := range l.apps {
		worst = max(worst, a.worst)
	}
	return worst
}
