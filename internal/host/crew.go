package host

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/journal"
	"github.com/limenhq/limen/internal/process"
	"github.com/limenhq/limen/internal/run"
	"github.com/limenhq/limen/internal/supervise"
)

// A crew is the apps that one limen runs. What happens to them is told as
// events, one after the other, and what they are can be asked at any time.
type crew struct {
	host    *Host
	guard   *run.Guard
	runner  limen.ProcessID
	glimpse glimpse
	grace   time.Duration

	supervisor *supervise.Supervisor
	known      func()           // is called when other limens can know of the crew; nil for nothing
	main       string           // the app that is meant by the name of its project
	warnOnce   sync.Once        // what browsers will show of names
	isPlain    bool             // why apps change their state is not told
	journal    *journal.Journal // where lines are kept; nil where they are not

	events chan limen.AppEvent
	gone   chan struct{} // closed when nobody takes events any more

	mu   sync.Mutex // guards apps, and what they point at
	apps []*limen.App
}

// newCrew starts the guard of apps that are to come. The caller dismisses the
// crew.
func (h *Host) newCrew(grace time.Duration) (*crew, error) {
	// Between fork and exec the guard has all that this process has open: it
	// must not be a socket by which a port is being tried.
	h.trying.Lock()
	guard, err := run.Open(run.Config{Now: h.now, Grace: grace})
	h.trying.Unlock()
	if err != nil {
		return nil, &limen.Error{
			Kind: limen.Internal, What: "cannot run programs", Why: "their guard does not start: " + err.Error(),
		}
	}
	me, err := identifyPID(os.Getpid()) // while the guard gets ready
	if err != nil {
		return nil, errors.Join(err, guard.Close(context.Background()))
	}
	return &crew{
		host: h, guard: guard, runner: me, grace: grace,
		events: make(chan limen.AppEvent, 64), gone: make(chan struct{}),
	}, nil
}

// dismiss ends whatever is left, and the guard with it.
func (c *crew) dismiss() error {
	close(c.gone)
	ctx, cancel := context.WithTimeout(context.Background(), c.grace)
	defer cancel()
	return c.guard.Close(ctx)
}

// moved takes what the supervisor tells.
func (c *crew) moved(e supervise.Event) {
	isAsked := e.State == limen.AppRestarting && e.Status == nil
	if c.isPlain || isAsked {
		e.Why = ""
	}
	c.tell(limen.AppEvent{App: e.App, Change: limen.AppMoved, State: e.State, Why: e.Why})
}

// tell tells an event, after what it says of the app is noted. It waits for
// whoever takes events, unless there is nobody any more.
func (c *crew) tell(e limen.AppEvent) {
	_, e.Time = c.host.moment()
	c.note(e)
	select {
	case c.events <- e:
	case <-c.gone:
	}
}

// add takes an app into the crew.
func (c *crew) add(a limen.App) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a.Runner = c.runner
	_, a.Since = c.host.moment()
	c.apps = append(c.apps, &a)
}

// note brings what is known of an app up to date.
func (c *crew) note(e limen.AppEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.apps, func(a *limen.App) bool { return a.Name == e.App })
	if i < 0 {
		return
	}
	a := c.apps[i]
	if e.State != 0 && e.State != a.State {
		a.State, a.Since, a.Why = e.State, e.Time, e.Why
		if !e.State.Lives() {
			a.Openings = nil
		}
		if e.State == limen.AppStopping || e.State == limen.AppStopped {
			a.Why = "" // whoever asks has asked for it
		}
	}
	switch e.Change {
	case limen.AppLaunched:
		a.Command, a.Directory, a.Told = e.Launch.Command, e.Launch.Directory, e.Launch.Port
		a.Starts++
		a.Process, a.Openings, a.Ended = &e.Process, nil, nil
	case limen.AppNamed:
		for i, o := range a.Openings {
			if o.Endpoint == e.Opening.Endpoint && o.Process == e.Opening.Process {
				a.Openings = slices.Clone(a.Openings)
				a.Openings[i].Named = e.Opening.Named
			}
		}
	case limen.AppOpened, limen.AppAnswered, limen.AppClosed:
		a.Openings = slices.DeleteFunc(slices.Clone(a.Openings), func(o limen.Opening) bool {
			return o.Endpoint == e.Opening.Endpoint && o.Process == e.Opening.Process
		})
		switch {
		case e.Change == limen.AppClosed:
		case e.Opening.Part == limen.ThePart:
			a.Openings = slices.Insert(a.Openings, 0, *e.Opening)
		default:
			a.Openings = append(a.Openings, *e.Opening)
		}
	case limen.AppFinished:
		a.Ended, a.Process = e.Ended, nil
	}
}

// list returns what the apps of the crew are now.
func (c *crew) list() (all []limen.App) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.apps {
		one := *a
		one.Main = a.Name == c.main
		all = append(all, one)
	}
	return all
}

// nameOf is what a process of an app is called; empty if it has gone.
func nameOf(id limen.ProcessID) string {
	f, err := new(process.Reader).Read(id)
	if err != nil {
		return ""
	}
	return f.Name
}
