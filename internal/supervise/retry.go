package supervise

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// How long is waited before an app is started again: at first hardly, and then
// twice as long each time. One that has run well for a while begins anew.
const (
	firstPause = 100 * time.Millisecond
	mostPause  = 30 * time.Second
	runsWell   = 10 * time.Second
)

// An app crashes in a loop if it has ended so often within so long. It is still
// started again: what it waits for may come.
const (
	loopDeaths = 5
	loopTime   = time.Minute
)

// A death is an end that nobody asked for.
type death struct {
	at  time.Time
	why string
}

// retry has an app started again after a pause.
func (l *loop) retry(a *app, o Outcome) {
	now := l.s.Now()
	if now.Sub(a.began) >= runsWell {
		a.deaths = nil
	}
	a.deaths = append(a.deaths, death{now, o.Why})
	pause := min(mostPause, firstPause<<min(len(a.deaths)-1, 16))
	if l.s.Shake != nil {
		pause -= time.Duration(float64(pause) / 4 * l.s.Shake())
	}
	state, why := limen.AppRestarting, fmt.Sprintf("has ended: %s; it is started again in %v", o.Why, pause.Round(time.Millisecond))
	if recent := a.recentDeaths(now); len(recent) >= loopDeaths {
		state, why = limen.AppLooping, fmt.Sprintf("has crashed %d times in %v, %s; it is started again in %v",
			len(recent), now.Sub(recent[0].at).Round(100*time.Millisecond), sameness(recent), pause.Round(time.Millisecond))
	}
	l.move(a, state, why)
	var timer *time.Timer
	timer = time.AfterFunc(pause, func() {
		_ = l.s.post(context.Background(), func(*loop) { // without a loop nothing is started
			if a.pause == timer {
				a.pause = nil
			}
		})
	})
	a.pause = timer
}

// recentDeaths are the ends of the last while. The list is kept short.
func (a *app) recentDeaths(now time.Time) []death {
	if n := len(a.deaths) - 100; n > 0 {
		a.deaths = a.deaths[n:]
	}
	i := slices.IndexFunc(a.deaths, func(d death) bool { return now.Sub(d.at) <= loopTime })
	if i < 0 {
		return nil
	}
	return a.deaths[i:]
}

// sameness says whether all ended in the same way.
func sameness(all []death) string {
	last := all[len(all)-1].why
	if slices.ContainsFunc(all, func(d death) bool { return d.why != last }) {
		return "the last time with " + last
	}
	return "each time with " + last
}
