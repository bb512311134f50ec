package supervise

import (
	"context"
	"time"

	"github.com/limenhq/limen"
)

// A unit is an app, and what has become of it. Only Run's own goroutine touches
// it.
type unit struct {
	App
	needs      []need
	dependents []*unit // that name it
	below      []*unit // all that depend on it, also through others

	state limen.AppState
	why   string
	told  bool // the state was

	wanted   bool // to run
	again    bool // to end, and to be started then
	orphaned bool // failed only because of one it depends on

	attempt   int
	launching bool    // Start has been called, and has not returned
	run       Running // nil if nothing runs
	asked     bool    // to end, whatever is launching or runs
	halting   bool    // Stop has been called, and has not returned
	stuck     bool    // could not be ended
	cancel    context.CancelFunc

	since  time.Time // when the run began
	late   time.Time // when it will be said that it is not ready; zero if not
	due    time.Time // when it is started again
	hasRun bool      // at least once
	deaths deaths
	status Status // how it ended by itself, if it has, and was not started and stopped since
}

// lives reports whether something of the app may be running, and will end if
// it is asked to.
func (u *unit) lives() bool { return u.launching || u.halting || u.run != nil && !u.stuck }

// isResting reports whether the app will be started again in a while.
func (u *unit) isResting() bool {
	return u.state == limen.AppRestarting || u.state == limen.AppLooping
}

// isOut reports whether nothing more will become of the app by itself.
func (u *unit) isOut() bool {
	return u.state == limen.AppStopped || u.state == limen.AppEnded || u.state == limen.AppFailed
}

// revive makes an app that does not live start as soon as it may. Its deaths
// are forgotten: whoever asked for it may have mended something.
func (u *unit) revive() {
	u.wanted, u.orphaned, u.due, u.deaths = true, false, time.Time{}, deaths{}
	if u.isOut() || u.isResting() {
		u.state, u.told = limen.AppWaiting, true // step says at once what it waits for, if anything
	}
}

// blocked returns why the app cannot be started now, and whether it never can.
func (u *unit) blocked() (why string, hopeless bool) {
	for _, n := range u.needs {
		if !n.isMet() && n.isHopeless() {
			return n.despair(), true
		}
	}
	for _, n := range u.needs {
		switch {
		case n.isMet():
		case why == "":
			why = "waits " + n.String()
		default:
			why += ", and " + n.String()
		}
	}
	return why, false
}
