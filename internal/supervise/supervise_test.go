package supervise

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A play is programs that live by a script: time passes for them as for the
// bubble they are in.
type play struct {
	t     *testing.T
	roles map[string][]role // what each run of an app does; the last one again and again
	began time.Time

	mu    sync.Mutex // guards what follows
	lives map[string]int
	runs  map[string]int
	said  []string
}

// A role is what one run does.
type role struct {
	ready  time.Duration // from the start; 0 means never
	ends   time.Duration // likewise
	code   int
	slow   time.Duration // how long it takes to end when it is asked
	refuse error         // it cannot be started
}

// A running role.
type performance struct {
	ready, over chan struct{}
	asked       chan struct{}
	once        sync.Once
	killed      chan struct{}
	outcome     Outcome
}

func (p *performance) Ready() <-chan struct{} { return p.ready }
func (p *performance) Over() <-chan struct{}  { return p.over }
func (p *performance) Outcome() Outcome       { return p.outcome }

func (p *performance) Stop(ctx context.Context) error {
	p.once.Do(func() { close(p.asked) })
	select {
	case <-p.over:
	case <-ctx.Done():
		close(p.killed)
		<-p.over
	}
	return nil
}

func (y *play) start(_ context.Context, name string) (Running, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	roles := y.roles[name]
	r := roles[min(y.runs[name], len(roles)-1)]
	y.runs[name]++
	if r.refuse != nil {
		return nil, r.refuse
	}
	if y.lives[name]++; y.lives[name] > 1 {
		y.t.Errorf("%s runs %d times at once", name, y.lives[name])
	}
	p := &performance{ready: make(chan struct{}), over: make(chan struct{}), asked: make(chan struct{}), killed: make(chan struct{})}
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
		for {
			select {
			case <-ready:
				close(p.ready)
				ready = nil
				continue
			case <-asked:
				asked = nil
				late = time.After(r.slow)
				continue
			case <-late:
				p.outcome = Outcome{Code: 143, Why: "SIGTERM"}
			case <-p.killed:
				p.outcome = Outcome{Code: 137, Why: "SIGKILL"}
			case <-ends:
				p.outcome = Outcome{Code: r.code, Why: fmt.Sprintf("exit code %d", r.code)}
			}
			break
		}
		y.mu.Lock()
		y.lives[name]--
		y.mu.Unlock()
		close(p.over)
	}()
	return p, nil
}

func (y *play) tell(e Event) {
	y.mu.Lock()
	defer y.mu.Unlock()
	line := fmt.Sprintf("%v %s %s", time.Since(y.began), e.App, e.State)
	if e.Why != "" {
		line += ": " + e.Why
	}
	y.said = append(y.said, line)
}

// perform runs apps in a bubble of their own, with act beside them, and returns
// what was told, and the exit code.
func perform(t *testing.T, apps []App, roles map[string][]role, act func(*Supervisor, context.CancelFunc)) (said []string, code int) {
	synctest.Test(t, func(t *testing.T) {
		y := &play{t: t, roles: roles, began: time.Now(), lives: map[string]int{}, runs: map[string]int{}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := New(apps, y.start, y.tell)
		var acting sync.WaitGroup
		if act != nil {
			acting.Go(func() { act(s, cancel) })
		}
		code = s.Run(ctx)
		acting.Wait()
		synctest.Wait()
		for name, n := range y.lives {
			if n != 0 {
				t.Errorf("%s runs on", name)
			}
		}
		said = y.said
	})
	return said, code
}

// server is ready after a while, and runs until it is asked to end.
var server = role{ready: time.Second, slow: time.Second}

func TestAppsComeAndGoInTheRightOrder(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		name  string
		apps  []App
		roles map[string][]role
		act   func(*Supervisor, context.CancelFunc)
		want  string
		code  int
	}{
		{
			name:  "one is started when the other is ready, and stopped before it",
			apps:  []App{{Name: "api", After: []Dependency{{Name: "db"}}}, {Name: "db"}},
			roles: map[string][]role{"api": {server}, "db": {server}},
			act:   func(_ *Supervisor, end context.CancelFunc) { time.Sleep(10 * s); end() },
			want: "0s db starting|1s db ready|1s api starting|2s api ready|" +
				"10s api stopping|11s api stopped|11s db stopping|12s db stopped",
		},
		{
			name:  "what depends on nothing is started and stopped at once",
			apps:  []App{{Name: "a"}, {Name: "b"}},
			roles: map[string][]role{"a": {server}, "b": {server}},
			act:   func(_ *Supervisor, end context.CancelFunc) { time.Sleep(2 * s); end() },
			want:  "0s a starting|0s b starting|1s a ready|1s b ready|2s a stopping|2s b stopping|3s a stopped|3s b stopped",
		},
		{
			name:  "a second wish to end kills",
			apps:  []App{{Name: "a"}},
			roles: map[string][]role{"a": {{ready: s, slow: time.Hour}}},
			act: func(v *Supervisor, end context.CancelFunc) {
				time.Sleep(2 * s)
				end()
				time.Sleep(2 * s)
				v.Hurry()
				v.Hurry()
			},
			want: "0s a starting|1s a ready|2s a stopping|4s a stopped",
		},
		{
			name:  "a task is done before the server starts, and is not started again",
			apps:  []App{{Name: "web", After: []Dependency{{"migrate", Ended}}, Restart: Never}, {Name: "migrate"}},
			roles: map[string][]role{"web": {{ready: s, ends: 2 * s}}, "migrate": {{ends: 3 * s}}},
			want:  "0s migrate starting|3s migrate ended|3s web starting|4s web ready|5s web ended",
		},
		{
			name:  "what failed takes those with it that need it",
			apps:  []App{{Name: "web", After: []Dependency{{"migrate", Ended}}}, {Name: "migrate", Restart: Never}},
			roles: map[string][]role{"web": {server}, "migrate": {{ends: s, code: 3}}},
			want:  "0s migrate starting|1s migrate failed: has failed: exit code 3|1s web failed: is not started: it needs migrate, which has failed",
			code:  3,
		},
		{
			name:  "what cannot be started is not tried again",
			apps:  []App{{Name: "a"}},
			roles: map[string][]role{"a": {{refuse: errors.New("no such program")}}},
			want:  "0s a failed: no such program",
			code:  1,
		},
		{
			name:  "a crash is started again, ever more rarely, and called a loop",
			apps:  []App{{Name: "a"}},
			roles: map[string][]role{"a": {{ends: s, code: 1}}},
			act:   func(_ *Supervisor, end context.CancelFunc) { time.Sleep(8 * s); end() },
			want: "0s a starting|1s a restarting: has ended: exit code 1; it is started again in 100ms|" +
				"1.1s a starting|2.1s a restarting: has ended: exit code 1; it is started again in 200ms|" +
				"2.3s a starting|3.3s a restarting: has ended: exit code 1; it is started again in 400ms|" +
				"3.7s a starting|4.7s a restarting: has ended: exit code 1; it is started again in 800ms|" +
				"5.5s a starting|6.5s a looping: has crashed 5 times in 5.5s, each time with exit code 1; it is started again in 1.6s|" +
				"8s a stopped",
		},
		{
			name:  "one that has run well begins anew",
			apps:  []App{{Name: "a"}},
			roles: map[string][]role{"a": {{ends: s, code: 1}, {ends: time.Minute, code: 1}, server}},
			act:   func(_ *Supervisor, end context.CancelFunc) { time.Sleep(63 * s); end() },
			want: "0s a starting|1s a restarting: has ended: exit code 1; it is started again in 100ms|" +
				"1.1s a starting|1m1.1s a restarting: has ended: exit code 1; it is started again in 100ms|" +
				"1m1.2s a starting|1m2.2s a ready|1m3s a stopping|1m4s a stopped",
		},
		{
			name:  "a restart waits for the old run",
			apps:  []App{{Name: "a"}},
			roles: map[string][]role{"a": {server}},
			act: func(v *Supervisor, end context.CancelFunc) {
				time.Sleep(2 * s)
				if err := v.Restart(context.Background(), "a"); err != nil {
					panic(err)
				}
				time.Sleep(3 * s)
				end()
			},
			want: "0s a starting|1s a ready|2s a stopping|3s a restarting|3s a starting|4s a ready|6s a stopping|7s a stopped",
		},
		{
			name:  "one that is stopped stays so until it is started again",
			apps:  []App{{Name: "a"}, {Name: "b"}},
			roles: map[string][]role{"a": {server}, "b": {server}},
			act: func(v *Supervisor, end context.CancelFunc) {
				time.Sleep(2 * s)
				v.Stop(context.Background(), "a")
				time.Sleep(5 * s)
				v.Restart(context.Background(), "a")
				time.Sleep(2 * s)
				end()
			},
			want: "0s a starting|0s b starting|1s a ready|1s b ready|2s a stopping|3s a stopped|8s a starting|9s a ready|" +
				"10s a stopping|10s b stopping|11s a stopped|11s b stopped",
		},
		{
			name:  "one that takes long is told of",
			apps:  []App{{Name: "a", Patience: 5 * s}},
			roles: map[string][]role{"a": {{ready: 7 * s}}},
			act:   func(_ *Supervisor, end context.CancelFunc) { time.Sleep(8 * s); end() },
			want:  "0s a starting|5s a starting: is not ready after 5s; limen waits on|7s a ready|8s a stopping|8s a stopped",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, code := perform(t, c.apps, c.roles, c.act)
			want := strings.Split(c.want, "|")
			// What happens in one moment has no order.
			slices.Sort(said)
			slices.Sort(want)
			if diff := cmp.Diff(want, said); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
}

// Whatever is asked for in whatever order, no app runs twice, none before what
// it needs has run, and in the end nothing does. The first is checked by the
// play, the last by perform.
func TestNoOrderOfEventsBreaksTheRules(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var apps []App
		roles := map[string][]role{}
		for i := range 2 + r.IntN(6) {
			a := App{Name: string(rune('a' + i)), Restart: Policy(r.IntN(3))}
			for j := range i {
				if r.IntN(3) == 0 {
					a.After = append(a.After, Dependency{apps[j].Name, Until(r.IntN(2))})
				}
			}
			apps = append(apps, a)
			for range 1 + r.IntN(4) {
				roles[a.Name] = append(roles[a.Name], role{
					ready: time.Duration(r.IntN(3)) * time.Second, ends: time.Duration(r.IntN(4)) * 1500 * time.Millisecond,
					code: r.IntN(3), slow: time.Duration(r.IntN(3)) * time.Second,
				})
			}
		}
		said, _ := perform(t, apps, roles, func(s *Supervisor, end context.CancelFunc) {
			for range r.IntN(30) {
				time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				name := apps[r.IntN(len(apps))].Name
				switch r.IntN(3) {
				case 0:
					s.Stop(ctx, name)
				default:
					s.Restart(ctx, name)
				}
				cancel()
			}
			end()
			time.Sleep(time.Duration(r.IntN(3)) * time.Second)
			s.Hurry()
		})
		hasStarted := map[string]bool{}
		for _, line := range said {
			f := strings.Fields(line)
			name, state := f[1], f[2]
			if state != "starting" || hasStarted[name] {
				continue
			}
			hasStarted[name] = true
			for _, d := range apps[name[0]-'a'].After {
				if !hasStarted[d.Name] {
					t.Errorf("seed %d: %s before %s:\n%s", seed, name, d.Name, strings.Join(said, "\n"))
				}
			}
		}
	}
}

func TestNobodyIsAskedOfAnAppThatIsNot(t *testing.T) {
	s := New([]App{{Name: "a"}}, nil, nil)
	if err := s.Restart(t.Context(), "b"); err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("restart of b: %v", err)
	}
}
