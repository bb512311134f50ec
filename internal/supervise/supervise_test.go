package supervise

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/limenhq/limen"
)

type role struct {
	ready, ends, slow, starts time.Duration
	code                      int
	refuse, stuck             error
}

type turn struct {
	ready  chan struct{}
	over   chan Status
	asked  chan struct{}
	once   sync.Once
	killed chan struct{}
	gone   chan struct{}
	stuck  error
}

func (p *turn) Ready() <-chan struct{} { return p.ready }
func (p *turn) Ended() <-chan Status   { return p.over }
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

type play struct {
	t     *testing.T
	apps  map[string]App
	roles map[string][]role
	began time.Time
	mu    sync.Mutex
	lives map[string]int
	well  map[string]bool // ended well last
	runs  map[string]int
	said  []string
}

func (y *play) start(ctx context.Context, name string, _ int) (Running, error) {
	y.mu.Lock()
	r := y.roles[name][min(y.runs[name], len(y.roles[name])-1)]
	y.runs[name]++
	for _, d := range y.apps[name].DependsOn {
		switch d.Until {
		case Ended:
			if !y.well[d.Name] || y.lives[d.Name] > 0 {
				y.t.Errorf("%s started before %s ended", name, d.Name)
			}
		case Ready:
			if y.runs[d.Name] == 0 {
				y.t.Errorf("%s started before %s", name, d.Name)
			}
		}
	}
	if y.lives[name]++; y.lives[name] > 1 {
		y.t.Errorf("%s runs %d times at once", name, y.lives[name])
	}
	y.mu.Unlock()
	gone := func() { y.mu.Lock(); y.lives[name]--; y.mu.Unlock() }
	if r.starts > 0 {
		select {
		case <-ctx.Done():
			if rand.IntN(2) == 0 {
				gone()
				return nil, ctx.Err()
			}
		case <-time.After(r.starts):
		}
	}
	if r.refuse != nil {
		gone()
		return nil, r.refuse
	}
	p := &turn{ready: make(chan struct{}), over: make(chan Status, 1), asked: make(chan struct{}), killed: make(chan struct{}), gone: make(chan struct{}), stuck: r.stuck}
	go func() {
		after := func(d time.Duration) <-chan time.Time {
			if d == 0 {
				return nil
			}
			return time.After(d)
		}
		ready, ends := after(r.ready), after(r.ends)
		asked := p.asked
		var late <-chan time.Time
		var s Status
		for s == (Status{}) {
			select {
			case <-ready:
				ready = nil
				close(p.ready)
				continue
			case <-asked:
				asked, late = nil, time.After(r.slow)
				continue
			case <-late:
				s = Status{143, "SIGTERM"}
			case <-p.killed:
				s = Status{137, "SIGKILL"}
			case <-ends:
				s.Code = r.code
			}
			break
		}
		y.mu.Lock()
		y.lives[name]--
		y.well[name] = s == Status{}
		y.mu.Unlock()
		p.over <- s
		close(p.gone)
	}()
	return p, nil
}

func perform(t *testing.T, apps []App, roles map[string][]role, act func(*Supervisor, context.CancelFunc)) (said []string, worst Status) {
	synctest.Test(t, func(t *testing.T) {
		y := &play{t: t, roles: roles, began: time.Now(), apps: map[string]App{}, lives: map[string]int{}, runs: map[string]int{}, well: map[string]bool{}}
		for _, a := range apps {
			y.apps[a.Name] = a
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := &Supervisor{Apps: apps, Start: y.start, Jitter: func() float64 { return 0 }}
		var acting sync.WaitGroup
		if act != nil {
			acting.Go(func() { act(s, cancel) })
		}
		var err error
		worst, err = s.Run(ctx, func(e Event) {
			line := fmt.Sprintf("%v %s %s", time.Since(y.began), e.App, e.State)
			if e.Why != "" {
				line += ": " + e.Why
			}
			y.said = append(y.said, line)
		})
		if err != nil {
			t.Error(err)
		}
		acting.Wait()
		time.Sleep(2 * time.Minute) // time stands still when this returns
		y.mu.Lock()
		defer y.mu.Unlock()
		for name, n := range y.lives {
			if n != 0 && roles[name][0].stuck == nil {
				t.Errorf("%s runs on", name)
			}
		}
		said = y.said
	})
	return said, worst
}

var server = role{ready: time.Second, slow: time.Second}

func TestScenarios(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		name  string
		apps  []App
		roles map[string][]role
		act   func(*Supervisor, context.CancelFunc)
	}{
		{"order", []App{{Name: "api", DependsOn: []Dependency{{Name: "db"}}}, {Name: "db"}}, map[string][]role{"api": {server}, "db": {server}},
			func(_ *Supervisor, end context.CancelFunc) { time.Sleep(10 * s); end() }},
		{"loop", []App{{Name: "web", DependsOn: []Dependency{{Name: "a", Until: Started}}}, {Name: "a"}}, map[string][]role{"a": {{ends: s, code: 1}}, "web": {server}},
			func(_ *Supervisor, end context.CancelFunc) { time.Sleep(12 * s); end() }},
		{"kill", []App{{Name: "a"}}, map[string][]role{"a": {{ready: s, slow: time.Hour}}},
			func(v *Supervisor, end context.CancelFunc) { time.Sleep(2 * s); end(); time.Sleep(2 * s); v.Kill() }},
		{"orphans come back", []App{{Name: "web", DependsOn: []Dependency{{Name: "db"}}}, {Name: "db", Restart: Never}, {Name: "x"}},
			map[string][]role{"web": {server}, "db": {{ends: s, code: 1}, server}, "x": {server}},
			func(v *Supervisor, end context.CancelFunc) {
				time.Sleep(5 * s)
				v.RestartApp(context.Background(), "db")
				time.Sleep(5 * s)
				end()
			}},
		{"not there once", []App{{Name: "a"}}, map[string][]role{"a": {{ends: s, code: 1}, {refuse: errors.New("text file busy")}, server}},
			func(_ *Supervisor, end context.CancelFunc) { time.Sleep(9 * s); end() }},
		{"stuck", []App{{Name: "a"}, {Name: "b"}}, map[string][]role{"a": {{ready: s, ends: time.Minute, stuck: errors.New("pid 7 goes on")}}, "b": {server}},
			func(_ *Supervisor, end context.CancelFunc) { time.Sleep(2 * s); end() }},
		{"slow start killed", []App{{Name: "a"}, {Name: "b"}}, map[string][]role{"a": {{starts: time.Hour}}, "b": {server}},
			func(v *Supervisor, end context.CancelFunc) { time.Sleep(2 * s); v.Kill() }},
		{"late", []App{{Name: "w", DependsOn: []Dependency{{Name: "a"}}}, {Name: "a", ReadyTimeout: 5 * s}}, map[string][]role{"w": {server}, "a": {{ready: 7 * s}}},
			func(_ *Supervisor, end context.CancelFunc) { time.Sleep(9 * s); end() }},
		{"all ended", []App{{Name: "web", DependsOn: []Dependency{{"migrate", Ended}}, Restart: Never}, {Name: "migrate"}},
			map[string][]role{"web": {{ready: s, ends: 2 * s, code: 4}}, "migrate": {{ends: 3 * s}}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, worst := perform(t, c.apps, c.roles, c.act)
			t.Log("\n"+strings.Join(said, "\n"), worst)
			if c.name == "stuck" {
				return
			}
		})
	}
}

func TestNoOrderOfEventsBreaksTheRules(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var apps []App
		roles := map[string][]role{}
		for i := range 2 + r.IntN(6) {
			a := App{Name: string(rune('a' + i)), Restart: Restart(r.IntN(3)), GiveUp: r.IntN(4)}
			for j := range i {
				if r.IntN(3) == 0 {
					u := Until(r.IntN(3))
					if u == Ended && apps[j].Restart == Always {
						u = Started
					}
					a.DependsOn = append(a.DependsOn, Dependency{apps[j].Name, u})
				}
			}
			apps = append(apps, a)
			for range 1 + r.IntN(4) {
				x := role{
					ready: time.Duration(r.IntN(3)) * time.Second, ends: time.Duration(r.IntN(4)) * 1500 * time.Millisecond,
					code: r.IntN(3), slow: time.Duration(r.IntN(3)) * time.Second, starts: time.Duration(r.IntN(3)) * 700 * time.Millisecond,
				}
				if r.IntN(10) == 0 {
					x.refuse = errors.New("not there")
				}
				roles[a.Name] = append(roles[a.Name], x)
			}
		}
		said, _ := perform(t, apps, roles, func(s *Supervisor, end context.CancelFunc) {
			for range r.IntN(30) {
				time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
				name := apps[r.IntN(len(apps))].Name
				ask := []func(context.Context, string) error{s.StopApp, s.RestartApp, s.RestartApp, s.StartApp}[r.IntN(4)]
				if err := ask(context.Background(), name); err != nil && !errors.Is(err, ErrOver) {
					t.Error(err)
				}
			}
			end()
			time.Sleep(time.Duration(r.IntN(3)) * time.Second)
			s.Kill()
		})
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, strings.Join(said, "\n"))
		}
	}
	_ = limen.AppReady
}
