package supervise

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/limenhq/limen"
)

// Whatever is asked for in whatever order: no app runs twice, none before what
// it depends on, and in the end nothing does. The play sees to it.
func TestNoOrderOfEventsBreaksTheRules(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 1))
		apps, roles := invent(r)
		said, _ := perform(t, apps, roles, func(d director) {
			for range r.IntN(30) {
				<-time.After(time.Duration(r.IntN(1500)) * time.Millisecond)
				ask := []func(context.Context, string) error{d.StopApp, d.RestartApp, d.RestartApp, d.StartApp}[r.IntN(4)]
				if err := ask(d.t.Context(), apps[r.IntN(len(apps))].Name); err != nil && !errors.Is(err, ErrOver) {
					d.t.Error(err)
				}
			}
			d.end()
			<-time.After(time.Duration(r.IntN(3)) * time.Second)
			d.Kill()
		})
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, strings.Join(said, "\n"))
		}
	}
}

// invent makes apps that depend on earlier ones, and roles for them.
func invent(r *rand.Rand) (apps []App, roles map[string][]role) {
	roles = map[string][]role{}
	for i := range 2 + r.IntN(6) {
		a := App{Name: string(rune('a' + i)), Restart: Restart(r.IntN(3)), GiveUp: r.IntN(4)}
		for _, on := range apps {
			until := Until(r.IntN(3))
			if until == Ended && on.Restart == Always {
				until = Started
			}
			if r.IntN(3) == 0 {
				a.DependsOn = append(a.DependsOn, Dependency{on.Name, until})
			}
		}
		apps = append(apps, a)
		for range 1 + r.IntN(4) {
			x := role{
				ready: time.Duration(r.IntN(3)) * time.Second, ends: time.Duration(r.IntN(4)) * 1500 * time.Millisecond, code: r.IntN(3),
				slow: time.Duration(r.IntN(3)) * time.Second, starts: time.Duration(r.IntN(3)) * 700 * time.Millisecond, deaf: r.IntN(2) == 0,
			}
			if r.IntN(10) == 0 {
				x.refuse = errors.New("not there")
			}
			roles[a.Name] = append(roles[a.Name], x)
		}
	}
	return apps, roles
}

func TestAnEventSaysHowOftenAndWhenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		s := &Supervisor{
			Apps: []App{{Name: "a"}}, Jitter: func() float64 { return 0.5 },
			Start: func(context.Context, string, int) (Running, error) {
				over := make(chan Status, 1)
				over <- Status{Code: 139, Signal: "SIGSEGV"}
				return &turn{ended: over}, nil
			},
		}
		var got []Event
		if _, err := s.Run(ctx, func(e Event) {
			if got = append(got, e); len(got) == 4 {
				cancel()
			}
		}); err != nil {
			t.Fatal(err)
		}
		first, second := began.Add(90*time.Millisecond), began.Add(270*time.Millisecond) // a tenth of each is left to chance
		died := &Status{139, "SIGSEGV"}
		check(t, []Event{
			{Time: began, App: "a", State: limen.AppStarting, Attempt: 1},
			{Time: began, App: "a", State: limen.AppRestarting, Why: "has ended by SIGSEGV; is started again in 0.1 s", Attempt: 1, Deaths: 1, Status: died, Again: first},
			{Time: first, App: "a", State: limen.AppStarting, Attempt: 2, Deaths: 1},
			{Time: first, App: "a", State: limen.AppRestarting, Why: "has ended by SIGSEGV; is started again in 0.2 s", Attempt: 2, Deaths: 2, Status: died, Again: second},
			{Time: first, App: "a", State: limen.AppStopped, Why: "was not started any more", Attempt: 2, Deaths: 2},
		}, got)
	})
}

func TestNothingIsAskedOfAnAppThatIsNot(t *testing.T) {
	perform(t, []App{{Name: "a"}}, map[string][]role{"a": {server}}, func(d director) {
		var no *limen.Error
		if err := d.RestartApp(d.t.Context(), "b\x1b"); !errors.As(err, &no) || no.Kind != limen.NotFound || no.What != `cannot find the app "b\x1b"` {
			t.Errorf("restart of b: %v", err)
		}
		d.end()
	})
}

func TestWhatIsAskedForTooEarlyWaitsAndTooLateIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := &play{t: t, roles: map[string][]role{"a": {server}}, began: time.Now(), runs: map[string]int{}, lives: map[string]int{}, well: map[string]bool{}, last: map[string]limen.AppState{}}
		s := &Supervisor{Apps: []App{{Name: "a"}}, Start: y.start}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.StopApp(impatient, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("before Run: %v", err)
		}
		early := make(chan error, 1)
		go func() { early <- s.StopApp(t.Context(), "a") }()
		synctest.Wait()
		if _, err := s.Run(t.Context(), y.tell); err != nil {
			t.Error(err)
		}
		if err := <-early; err != nil {
			t.Errorf("before Run, and with patience: %v", err)
		}
		if err := s.StartApp(t.Context(), "a"); !errors.Is(err, ErrOver) {
			t.Errorf("after Run: %v", err)
		}
		if _, err := s.Run(t.Context(), y.tell); !errors.Is(err, ErrOver) {
			t.Errorf("a second Run: %v", err)
		}
		s.Kill() // of nothing
	})
}
