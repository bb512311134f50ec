package host

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// waitFor waits for goals on this machine.
func waitFor(t testing.TB, in op.WaitIn) limen.Waited {
	t.Helper()
	w, err := op.Wait.On(t.Context(), New(Config{}).Ops(), in)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWaitSeesEachKindOfPortAsTheKernelHasIt(t *testing.T) {
	nettest.NeedPrivate(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	nettest.Listen(t, "udp", "127.0.0.1:5353")
	nettest.Bind(t, "tcp", "127.0.0.1:4000")
	goal := func(s limen.GoalState, tr limen.Transport, port uint16) limen.Goal {
		return limen.Goal{State: s, Transport: tr, Port: port}
	}
	for _, g := range []limen.Goal{
		goal(limen.GoalReady, 0, 3000), goal(limen.GoalClosed, 0, 3001), goal(limen.GoalFree, 0, 3001),
		goal(limen.GoalReady, limen.UDP, 5353), goal(limen.GoalClosed, limen.UDP, 5354), goal(limen.GoalFree, limen.UDP, 5354),
		goal(limen.GoalClosed, 0, 4000), // bound, and nobody answers
	} {
		if w := waitFor(t, op.WaitIn{Goals: []limen.Goal{g}}); w.Outcome != limen.OutcomeReady || w.Machine == "" || w.Time.IsZero() {
			t.Errorf("%v: %+v", g, w)
		}
	}
	for _, g := range []limen.Goal{
		goal(limen.GoalReady, 0, 3001), goal(limen.GoalClosed, 0, 3000), goal(limen.GoalFree, 0, 3000),
		goal(limen.GoalReady, limen.UDP, 5354), goal(limen.GoalClosed, limen.UDP, 5353), goal(limen.GoalFree, limen.UDP, 5353),
		goal(limen.GoalReady, 0, 4000), goal(limen.GoalFree, 0, 4000),
	} {
		w := waitFor(t, op.WaitIn{Goals: []limen.Goal{g}, Timeout: 60 * time.Millisecond})
		if w.Outcome != limen.OutcomeTimeout || w.Goals[0].Saw == "" || !strings.HasPrefix(w.Next, "limen why ") {
			t.Errorf("%v: %+v", g, w)
		}
	}
}

func TestAPortInTimeWaitIsNotFreeYetAndThatIsSaid(t *testing.T) {
	nettest.NeedPrivate(t)
	port := nettest.TimeWait(t, "127.0.0.1:3100", "reuseaddr").Port()
	w := waitFor(t, op.WaitIn{Goals: []limen.Goal{{State: limen.GoalFree, Port: port}}, Timeout: time.Second}) // in which even a busy machine looks once
	if w.Outcome != limen.OutcomeTimeout || !strings.Contains(w.Goals[0].Saw, "closed connections linger at 127.0.0.1") {
		t.Errorf("Wait: %+v", w)
	}
}

func TestAPortBelongsToAProcessAndToWhomItStarted(t *testing.T) {
	nettest.NeedPrivate(t)
	spec, err := nettest.Spec{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000"}.With()
	if err != nil {
		t.Fatal(err)
	}
	web := nettest.Program{Name: "web", Sockets: []nettest.Spec{spec}}.Start(t)
	other := nettest.Program{Name: "other"}.Start(t)
	goals := []limen.Goal{{State: limen.GoalReady, Port: 3000}}
	for _, pid := range []int{web.PID, os.Getpid()} { // itself, and who has started it
		if w := waitFor(t, op.WaitIn{Goals: goals, PID: pid}); w.Outcome != limen.OutcomeReady || len(w.Gaps) > 0 {
			t.Errorf("pid %d: %+v", pid, w)
		}
	}
	w := waitFor(t, op.WaitIn{Goals: goals, PID: other.PID})
	want := fmt.Sprintf("another process took it: 127.0.0.1:3000 is held by web (%d), which is not pid %d and was not started by it", web.PID, other.PID)
	if w.Outcome != limen.OutcomePointless || w.Why != want || w.Next != "limen why 3000" {
		t.Errorf("another's port: %+v; want %s", w, want)
	}
	page := []limen.Goal{{State: limen.GoalReady, URL: "http://127.0.0.1:3000/", Expect: &limen.Expect{Body: "x"}}}
	if w := waitFor(t, op.WaitIn{Goals: page, PID: web.PID, Timeout: 60 * time.Millisecond}); w.Outcome != limen.OutcomeTimeout {
		t.Errorf("a page that never comes: %+v", w)
	}
	web.Stop()
	if w := waitFor(t, op.WaitIn{Goals: goals, PID: web.PID}); w.Outcome != limen.OutcomePointless || w.Why != fmt.Sprintf("pid %d is not running", web.PID) {
		t.Errorf("a process that is gone: %+v", w)
	}
}

func TestAPasswordInAURLIsNotRepeated(t *testing.T) {
	nettest.NeedPrivate(t)
	goals := []limen.Goal{{State: limen.GoalReady, URL: "http://nick:secret@127.0.0.1:1/"}}
	if w := waitFor(t, op.WaitIn{Goals: goals, Timeout: 30 * time.Millisecond}); strings.Contains(fmt.Sprintf("%+v", w), "secret") {
		t.Errorf("Wait: %+v", w)
	}
	goals[0].Expect = &limen.Expect{Path: "a..b"}
	if _, err := op.Wait.On(t.Context(), New(Config{}).Ops(), op.WaitIn{Goals: goals}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Wait: %v", err)
	}
}

// The figure of docs/performance.md: how long after a port begins to listen
// limen says so. The port opens at a moment that no pause of limen's knows of.
func BenchmarkWaitAfterReadiness(b *testing.B) {
	nettest.NeedPrivate(b)
	h := New(Config{})
	var late []time.Duration
	for i := 0; b.Loop(); i++ {
		opened, done := make(chan time.Time, 1), make(chan struct{})
		time.AfterFunc(250*time.Millisecond+time.Duration(i*7919%20)*time.Millisecond, func() {
			l, err := net.Listen("tcp", "127.0.0.1:3000")
			if err != nil {
				panic(err)
			}
			opened <- time.Now()
			<-done
			l.Close()
			close(opened)
		})
		if _, err := op.Wait.On(context.Background(), h.Ops(), op.WaitIn{Goals: []limen.Goal{{State: limen.GoalReady, Port: 3000}}}); err != nil {
			b.Fatal(err)
		}
		ready := time.Now()
		late = append(late, ready.Sub(<-opened))
		close(done)
		<-opened
	}
	slices.Sort(late)
	b.ReportMetric(0, "ns/op") // mostly the time until the port opens
	b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, "median-ms-late")
	b.ReportMetric(float64(late[len(late)-1].Microseconds())/1000, "most-ms-late")
}
