package supervise

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A shift is what one Run knows. Only its own goroutine touches it; all others
// send it acts.
type shift struct {
	*Supervisor
	units    []*unit
	tell     func(Event)
	patience context.Context // of those who stop apps
	ending   bool            // all are to be stopped
	hurried  bool            // and at once

	left    chan struct{}  // closed when nobody takes acts any more
	running sync.WaitGroup // of the goroutines that send acts
}

// step does whatever can be done now, and returns a channel that tells when
// there will be more to do by itself.
func (w *shift) step() <-chan time.Time {
	for again := true; again; {
		again = false
		for _, u := range w.units {
			again = w.further(u) || again
		}
	}
	var next time.Time
	for _, u := range w.units {
		for _, t := range []time.Time{u.due, u.late} {
			if !t.IsZero() && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	if next.IsZero() {
		return nil
	}
	return time.After(next.Sub(w.now())) // the garbage collector ends those that are not waited for
}

// further takes one unit one step further, and reports whether it did.
func (w *shift) further(u *unit) bool {
	switch {
	case w.mustEnd(u):
		w.end(u)
		return true
	case u.lives():
		w.sayLate(u)
		return false
	case u.stuck:
		return false
	case w.ending || !u.wanted:
		u.due = time.Time{}
		if u.isOut() {
			return false
		}
		w.set(u, limen.AppStopped, "was not started any more")
		return true
	case u.isOut() && !u.orphaned, u.isResting() && w.now().Before(u.due):
		return false
	}
	u.due = time.Time{}
	why, hopeless := u.blocked()
	switch {
	case hopeless:
		u.orphaned = true
		return w.set(u, limen.AppFailed, why)
	case why != "":
		u.orphaned = false
		return w.set(u, limen.AppWaiting, why)
	}
	w.launch(u)
	return true
}

// mustEnd reports whether a unit is to be asked to end now.
func (w *shift) mustEnd(u *unit) bool {
	switch {
	case !u.lives() || u.asked:
		return false
	case u.again || !u.wanted || w.hurried:
		return true
	case !w.ending:
		return false
	}
	for _, b := range u.below {
		if b.lives() {
			return false
		}
	}
	return true
}

// sayLate says once that a unit takes long to become ready.
func (w *shift) sayLate(u *unit) {
	if u.late.IsZero() || w.now().Before(u.late) {
		return
	}
	u.late = time.Time{}
	why := fmt.Sprintf("is not ready after %s, and is waited for", inWords(u.patience()))
	if waiting := w.waitingFor(u); len(waiting) > 0 {
		why += " by " + strings.Join(waiting, ", ")
	}
	w.set(u, u.state, why)
}

func (w *shift) waitingFor(u *unit) (all []string) {
	for _, d := range u.dependents {
		if d.state == limen.AppWaiting {
			all = append(all, d.Name)
		}
	}
	return all
}

// set notes what has become of a unit, and tells it. It reports whether that
// is news.
func (w *shift) set(u *unit, s limen.AppState, why string) bool {
	if u.told && u.state == s && u.why == why {
		return false
	}
	w.say(u, Event{State: s, Why: why})
	return true
}

// say is set for an event that says more.
func (w *shift) say(u *unit, e Event) {
	u.state, u.why, u.told = e.State, e.Why, true
	e.Time, e.App, e.Attempt, e.Deaths = w.now(), u.Name, u.attempt, u.deaths.count
	w.tell(e)
}

// warn tells those that run and depend on a unit what has become of it.
func (w *shift) warn(u *unit) {
	for _, d := range u.dependents {
		if d.lives() && !w.ending {
			w.tell(Event{
				Time: w.now(), App: d.Name, State: d.state, Attempt: d.attempt, Deaths: d.deaths.count,
				Why: fmt.Sprintf("depends on %s, which %s", u.Name, u.why),
			})
		}
	}
}

// isOver reports whether nothing runs and nothing will. What waits then waits
// for something that was stopped.
func (w *shift) isOver() bool {
	for _, u := range w.units {
		if u.lives() || u.wanted && u.isResting() {
			return false
		}
	}
	for _, u := range w.units {
		if !u.isOut() && !u.stuck {
			w.set(u, limen.AppStopped, "was not started: it "+u.why)
		}
	}
	return true
}

// worst returns how the app that ended worst did so.
func (w *shift) worst() (worst Status) {
	for _, u := range w.units {
		if cmp.Compare(u.status.Code, worst.Code) > 0 {
			worst = u.status
		}
	}
	return worst
}

// leave waits for those who send acts; nobody takes them any more.
func (w *shift) leave() {
	close(w.left)
	w.running.Wait()
}

// act hands what happened to the shift's own goroutine, if it is still there.
func (w *shift) act(do func()) {
	select {
	case w.acts <- func(*shift) { do() }:
	case <-w.left:
	}
}
