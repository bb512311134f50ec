package supervise

import (
	"context"
	"fmt"
	"time"

	"github.com/limenhq/limen"
)

// What happens to one run of an app, from its start to its end, stands here in
// that order.

// launch starts an app. It starts a goroutine, which lives as long as the run.
func (w *shift) launch(u *unit) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.patience))
	u.attempt++
	u.launching, u.cancel, u.orphaned = true, cancel, false
	attempt := u.attempt
	w.set(u, limen.AppStarting, "")
	w.running.Go(func() {
		r, err := w.Start(ctx, u.Name, attempt)
		w.act(func() { w.launched(u, r, err) })
		if err == nil {
			w.attend(u, r)
		}
	})
}

// attend waits for what becomes of a run.
func (w *shift) attend(u *unit, r Running) {
	ready, ended := r.Ready(), r.Ended()
	for {
		select {
		case <-ready:
			ready = nil
			w.act(func() { w.ready(u) })
		case s := <-ended:
			w.act(func() { w.ended(u, s) })
			return
		case <-w.left:
			return
		}
	}
}

func (w *shift) launched(u *unit, r Running, err error) {
	u.launching = false
	u.cancel()
	switch {
	case err != nil && u.asked:
		w.rest(u)
	case err != nil:
		w.cannotStart(u, err)
	default:
		u.run, u.since, u.hasRun = r, w.now(), true
		if p := u.patience(); p > 0 {
			u.late = u.since.Add(p)
		}
		if u.asked {
			w.halt(u)
		}
	}
}

// cannotStart tells of a start that has failed. An app that has never run is a
// mistake in what somebody wrote, which waiting does not mend; one that has run
// is perhaps being built anew.
func (w *shift) cannotStart(u *unit, err error) {
	u.status = notStarted
	if !u.hasRun {
		w.say(u, Event{State: limen.AppFailed, Why: "could not be started: " + err.Error()})
		w.warn(u)
		return
	}
	w.died(u, 0, "because it could not be started: "+err.Error(), notStarted)
}

func (w *shift) ready(u *unit) {
	if u.run == nil || u.asked {
		return
	}
	u.late = time.Time{}
	w.set(u, limen.AppReady, "")
}

func (w *shift) ended(u *unit, s Status) {
	u.run, u.late = nil, time.Time{}
	switch {
	case u.halting: // halted tells the rest
	case u.stuck:
		u.stuck = false
		w.rest(u)
	case u.asked:
		w.rest(u)
	default:
		u.status = s
		w.died(u, w.now().Sub(u.since), s.String(), s)
	}
}

// died decides what becomes of an app that has ended by itself.
func (w *shift) died(u *unit, ran time.Duration, manner string, s Status) {
	rule, now := restarts[u.Restart], w.now()
	u.deaths.add(now, ran, manner, s.IsBad())
	say := u.deaths.say(now)
	switch {
	case !s.IsBad() && !rule.well:
		u.deaths = deaths{}
		w.say(u, Event{State: limen.AppEnded, Why: "has ended " + manner, Status: &s})
		return
	case s.IsBad() && !rule.bad:
		w.say(u, Event{State: limen.AppFailed, Why: "has ended " + manner, Status: &s})
		w.warn(u)
		return
	case u.GiveUp > 0 && u.deaths.count >= u.GiveUp:
		w.say(u, Event{State: limen.AppFailed, Why: say + "; it is given up", Status: &s})
		w.warn(u)
		return
	}
	pause := u.deaths.pause(w.jitter())
	u.due = now.Add(pause)
	e := Event{State: limen.AppRestarting, Why: fmt.Sprintf("%s; is started again in %s", say, inWords(pause)), Status: &s, Again: u.due}
	if u.deaths.isLoop() {
		e.State = limen.AppLooping
	}
	w.say(u, e)
	if u.deaths.count == loopDeaths {
		w.warn(u)
	}
}

// end asks an app to end, or its start to stop.
func (w *shift) end(u *unit) {
	u.asked, u.late = true, time.Time{}
	w.set(u, limen.AppStopping, "")
	if u.launching {
		u.cancel() // launched halts what has started all the same
		return
	}
	w.halt(u)
}

// halt ends a run. It starts a goroutine, which lives as long as that takes.
func (w *shift) halt(u *unit) {
	u.halting = true
	r := u.run
	w.running.Go(func() {
		err := r.Stop(w.patience)
		w.act(func() { w.halted(u, err) })
	})
}

func (w *shift) halted(u *unit, err error) {
	u.halting = false
	switch {
	case u.run == nil:
		w.rest(u)
	case err != nil:
		// A second copy beside one that goes on would be worse than none.
		u.stuck, u.status = true, Status{Code: 1}
		w.say(u, Event{State: limen.AppFailed, Why: "could not be stopped: " + err.Error()})
		w.warn(u)
	}
}

// rest notes that an app has ended as it was asked to.
func (w *shift) rest(u *unit) {
	u.asked, u.status = false, Status{}
	if u.again && !w.ending {
		u.again = false
		w.set(u, limen.AppRestarting, "was asked to")
		return
	}
	u.again = false
	w.set(u, limen.AppStopped, "was asked to")
}
