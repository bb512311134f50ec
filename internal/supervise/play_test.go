package supervise

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// A role is what one run of an app does. Time passes for it as for the bubble
// that it is in.
type role struct {
	ready  time.Duration // after the start; 0 means never
	ends   time.Duration // likewise
	code   int           // that it ends with
	slow   time.Duration // how long it takes to end when it is asked
	starts time.Duration // how long its start takes
	deaf   bool          // its start goes on when it is not wanted any more
	refuse error         // why it cannot be started
	stuck  error         // why it cannot be ended
}

// A turn is a role that is played.
type turn struct {
	role
	isReady chan struct{}
	ended   chan Status
	once    sync.Once // closes asked
	asked   chan struct{}
	killed  chan struct{}
	gone    chan struct{}
}

func (p *turn) Ready() <-chan struct{} { return p.isReady }
func (p *turn) Ended() <-chan Status   { return p.ended }

func (p *turn) Stop(ctx context.Context) error {
	if p.stuck != nil {
		return p.stuck
	}
	p.once.Do(func() { close(p.asked) })
	select {
	case <-p.gone:
	case <-ctx.Done():
		close(p.killed)
		<-p.gone
	}
	return nil
}

// live plays the role to its end, and returns how that was.
func (p *turn) live() Status {
	after := func(d time.Duration) <-chan time.Time {
		if d == 0 {
			return nil
		}
		return time.After(d)
	}
	ready, ends, asked := after(p.ready), after(p.ends), p.asked
	var late <-chan time.Time
	for {
		select {
		case <-ready:
			ready = nil
			close(p.isReady)
		case <-asked:
			asked, late = nil, time.After(p.slow)
		case <-late:
			return Status{Code: 143, Signal: "SIGTERM"}
		case <-p.killed:
			return Status{Code: 137, Signal: "SIGKILL"}
		case <-ends:
			return Status{Code: p.code}
		}
	}
}

// A play is apps that live by their roles, and what is told of them. It sees to
// it that none runs twice, and none before what it depends on.
type play struct {
	t     *testing.T
	apps  map[string]App
	roles map[string][]role // one for each run; the last one again and again
	began time.Time

	mu    sync.Mutex // guards what follows
	runs  map[string]int
	lives map[string]int
	well  map[string]bool // it has ended well, the last time
	said  []string
	last  map[string]limen.AppState
}

// start is Supervisor.Start.
func (y *play) start(ctx context.Context, name string, attempt int) (Running, error) {
	r := y.enter(name, attempt)
	if r.starts > 0 {
		wanted := ctx.Done()
		if r.deaf {
			wanted = nil
		}
		select {
		case <-wanted:
			y.leave(name, Status{Code: 1})
			return nil, ctx.Err()
		case <-time.After(r.starts):
		}
	}
	if r.refuse != nil {
		y.leave(name, Status{Code: 1})
		return nil, r.refuse
	}
	p := &turn{role: r, isReady: make(chan struct{}), ended: make(chan Status, 1), asked: make(chan struct{}), killed: make(chan struct{}), gone: make(chan struct{})}
	go func() {
		s := p.live()
		y.leave(name, s)
		p.ended <- s
		close(p.gone)
	}()
	return p, nil
}

// enter begins a run.
func (y *play) enter(name string, attempt int) role {
	y.mu.Lock()
	defer y.mu.Unlock()
	roles := y.roles[name]
	r := roles[min(y.runs[name], len(roles)-1)]
	y.runs[name]++
	if attempt != y.runs[name] {
		y.t.Errorf("attempt %d of %s is called %d", y.runs[name], name, attempt)
	}
	for _, d := range y.apps[name].DependsOn {
		switch {
		case d.Until == Ended && (!y.well[d.Name] || y.lives[d.Name] > 0):
			y.t.Errorf("%s is started before %s has ended well", name, d.Name)
		case y.runs[d.Name] == 0:
			y.t.Errorf("%s is started before %s", name, d.Name)
		}
	}
	if y.lives[name]++; y.lives[name] > 1 {
		y.t.Errorf("%s runs %d times at once", name, y.lives[name])
	}
	return r
}

// leave ends a run.
func (y *play) leave(name string, s Status) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.lives[name]--
	y.well[name] = !s.IsBad()
}

// tell writes down what is told.
func (y *play) tell(e Event) {
	line := fmt.Sprintf("%v %s %s", e.Time.Sub(y.began), e.App, e.State)
	if e.Why != "" {
		line += ": " + e.Why
	}
	y.said = append(y.said, line)
	y.last[e.App] = e.State
}

// A director acts upon the apps while they run.
type director struct {
	*Supervisor
	t   *testing.T
	end context.CancelFunc // of Run
}

// wait lets time pass.
func (d director) wait(seconds float64) {
	<-time.After(time.Duration(seconds * float64(time.Second)))
}

// ask does what StopApp and its like do, which must work.
func (d director) ask(what func(context.Context, string) error, name string) {
	if err := what(d.t.Context(), name); err != nil {
		d.t.Errorf("%s: %v", name, err)
	}
}

// perform runs apps in a bubble of their own, with act beside them, and returns
// what was told, and how the worst of them ended. In the end nothing may run but
// what cannot be ended, and each app must be out.
func perform(t *testing.T, apps []App, roles map[string][]role, act func(director)) (said []string, worst Status) {
	synctest.Test(t, func(t *testing.T) {
		y := &play{
			t: t, roles: roles, began: time.Now(), apps: map[string]App{},
			runs: map[string]int{}, lives: map[string]int{}, well: map[string]bool{}, last: map[string]limen.AppState{},
		}
		for _, a := range apps {
			y.apps[a.Name] = a
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := &Supervisor{Apps: apps, Start: y.start, Jitter: func() float64 { return 0 }}
		var acting sync.WaitGroup
		if act != nil {
			acting.Go(func() { act(director{s, t, cancel}) })
		}
		var err error
		if worst, err = s.Run(ctx, y.tell); err != nil {
			t.Error(err)
		}
		y.mu.Lock()
		for name, n := range y.lives {
			if n != 0 && roles[name][0].stuck == nil {
				t.Errorf("%s runs on", name)
			}
		}
		y.mu.Unlock()
		for name, state := range y.last {
			if state != limen.AppStopped && state != limen.AppEnded && state != limen.AppFailed {
				t.Errorf("%s is %s in the end", name, state)
			}
		}
		acting.Wait()
		<-time.After(2 * time.Minute) // what cannot be ended ends by itself; a bubble must be empty
		said = y.said
	})
	return said, worst
}

func check(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
