package wait

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// lookTime is enough for at least one look at this machine, also if it has much to do.
const lookTime = time.Second

// free returns a port of 127.0.0.1 that nothing listens on.
func free(t *testing.T) uint16 {
	t.Helper()
	l := listen(t, "tcp", "127.0.0.1:0")
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// listen listens until the test ends, and takes what connects.
func listen(t *testing.T, network, at string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func at(port uint16) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// ready is the goal that a port answers.
func ready(port uint16) limen.Goal {
	return limen.Goal{State: limen.GoalReady, Host: "127.0.0.1", Port: port}
}

// waited waits, and fails the test unless it ends with an outcome.
func waited(t *testing.T, w Waiter, r Request, want limen.Outcome) limen.Waited {
	t.Helper()
	got, err := w.Wait(t.Context(), r)
	if err != nil || got.Outcome != want || len(got.Goals) != len(r.Goals) {
		t.Fatalf("Wait: %+v, %v; want %v", got, err, want)
	}
	return got
}

func TestAPortIsReadyOnceItAnswers(t *testing.T) {
	port := free(t)
	for _, g := range []limen.Goal{ready(port), {State: limen.GoalReady, Port: port}} {
		var l net.Listener
		looked := make(chan struct{})
		w := Waiter{Wake: func(ctx context.Context, wake func()) {
			<-looked
			l = listen(t, "tcp", at(port))
			wake()
		}}
		// The second goal is looked at first, and tells that waiting goes on.
		first := limen.Goal{State: limen.GoalFree, Port: 1}
		w.Bind = func(limen.Transport, uint16) (string, bool) {
			select {
			case <-looked:
			default:
				close(looked)
			}
			return "bound", true
		}
		got := waited(t, w, Request{Goals: []limen.Goal{g, first}}, limen.OutcomeReady)
		if a := got.Goals[0]; !a.Reached || a.Saw != at(port)+" answers" || a.After > got.Took {
			t.Errorf("%v: %+v", g, a)
		}
		l.Close()
	}
}

func TestAPortThatNeverAnswersTimesOutWithWhatWasSeen(t *testing.T) {
	t.Parallel()
	port := free(t)
	got := waited(t, Waiter{}, Request{Goals: []limen.Goal{ready(port)}, Timeout: lookTime}, limen.OutcomeTimeout)
	if a := got.Goals[0]; a.Reached || a.Saw != at(port)+": connection refused" {
		t.Errorf("it saw %+v", a)
	}
}

func TestAllGoalsMustBeReachedUnlessAnyIsEnough(t *testing.T) {
	t.Parallel()
	there, missing := listen(t, "tcp", "127.0.0.1:0").Addr().(*net.TCPAddr).Port, free(t)
	goals := []limen.Goal{ready(missing), ready(uint16(there))}
	got := waited(t, Waiter{}, Request{Goals: goals, Timeout: lookTime}, limen.OutcomeTimeout)
	if got.Goals[0].Reached || !got.Goals[1].Reached {
		t.Errorf("all: %+v", got.Goals)
	}
	got = waited(t, Waiter{}, Request{Goals: goals, Any: true}, limen.OutcomeReady)
	if got.Goals[0].Reached || !got.Goals[1].Reached {
		t.Errorf("any: %+v", got.Goals)
	}
}

func TestClosedIsProvedByARefusalAndDisturbsNoServerBefore(t *testing.T) {
	l := listen(t, "tcp", "127.0.0.1:0")
	var taken, asked atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			taken.Add(1)
			c.Close()
		}
	}()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	g := limen.Goal{State: limen.GoalClosed, Host: "127.0.0.1", Port: port}
	w := Waiter{Held: func(context.Context, limen.Goal) (bool, error) {
		if asked.Add(1) == 3 {
			l.Close()
		}
		return asked.Load() < 3, nil
	}}
	got := waited(t, w, Request{Goals: []limen.Goal{g}}, limen.OutcomeReady)
	if got.Goals[0].Saw != "connection refused at "+at(port) || taken.Load() != 0 {
		t.Errorf("it saw %q, and the server %d connections", got.Goals[0].Saw, taken.Load())
	}
}

func TestClosedIsNotWhatAnswersAlthoughNoTableHasIt(t *testing.T) {
	t.Parallel()
	port := listen(t, "tcp", "127.0.0.1:0").Addr().(*net.TCPAddr).Port
	g := limen.Goal{State: limen.GoalClosed, Host: "127.0.0.1", Port: uint16(port)}
	for name, held := range map[string]func(context.Context, limen.Goal) (bool, error){
		"not held": func(context.Context, limen.Goal) (bool, error) { return false, nil }, // as a forwarded port
		"unknown":  func(context.Context, limen.Goal) (bool, error) { return false, errors.ErrUnsupported },
		"nil":      nil,
	} {
		got := waited(t, Waiter{Held: held}, Request{Goals: []limen.Goal{g}, Timeout: lookTime}, limen.OutcomeTimeout)
		if want := fmt.Sprintf("127.0.0.1:%d answers", port); got.Goals[0].Saw != want {
			t.Errorf("%s: it saw %q, want %q", name, got.Goals[0].Saw, want)
		}
	}
}

func TestFreeIsProvedByBinding(t *testing.T) {
	tries := 0
	w := Waiter{Bind: func(tr limen.Transport, port uint16) (string, bool) {
		tries++
		return fmt.Sprintf("%v %d", tr, port), tries == 3
	}}
	got := waited(t, w, Request{Goals: []limen.Goal{{State: limen.GoalFree, Transport: limen.UDP, Port: 53}}}, limen.OutcomeReady)
	if got.Goals[0].Saw != "udp 53" || tries != 3 {
		t.Errorf("after %d tries it saw %q", tries, got.Goals[0].Saw)
	}
}

func TestUDPIsWhatTheKernelSays(t *testing.T) {
	for state, want := range map[limen.GoalState]bool{limen.GoalReady: true, limen.GoalClosed: false} {
		looks := 0
		w := Waiter{Held: func(context.Context, limen.Goal) (bool, error) {
			looks++
			return (looks == 3) == want, nil
		}}
		waited(t, w, Request{Goals: []limen.Goal{{State: state, Transport: limen.UDP, Port: 53}}}, limen.OutcomeReady)
		if looks != 3 {
			t.Errorf("%v after %d looks, want 3", state, looks)
		}
	}
}

func TestASocketFileThatItsServerLeftBehindIsNotReady(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "web.sock")
	l := listen(t, "unix", path)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	goal := func(s limen.GoalState) []limen.Goal { return []limen.Goal{{State: s, Path: path}} }
	got := waited(t, Waiter{}, Request{Goals: goal(limen.GoalReady), Timeout: lookTime}, limen.OutcomeTimeout)
	if !strings.HasSuffix(got.Goals[0].Saw, "connection refused") {
		t.Errorf("it saw %q", got.Goals[0].Saw)
	}
	waited(t, Waiter{}, Request{Goals: goal(limen.GoalClosed)}, limen.OutcomeReady)

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	waited(t, Waiter{}, Request{Goals: goal(limen.GoalClosed)}, limen.OutcomeReady)
	got = waited(t, Waiter{}, Request{Goals: goal(limen.GoalReady), Timeout: lookTime}, limen.OutcomeTimeout)
	if got.Goals[0].Saw != path+" is not there" {
		t.Errorf("it saw %q", got.Goals[0].Saw)
	}
	listen(t, "unix", path)
	waited(t, Waiter{}, Request{Goals: goal(limen.GoalReady)}, limen.OutcomeReady)
	got = waited(t, Waiter{}, Request{Goals: goal(limen.GoalClosed), Timeout: lookTime}, limen.OutcomeTimeout)
	if got.Goals[0].Saw != path+" answers" {
		t.Errorf("it saw %q", got.Goals[0].Saw)
	}
}

func TestWaitEndsWithItsContextAndSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := Waiter{Bind: func(limen.Transport, uint16) (string, bool) { cancel(); return "held", false }}
	r := Request{Goals: []limen.Goal{{State: limen.GoalFree, Port: 3000}}, Timeout: time.Hour}
	if _, err := w.Wait(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v, want that its context was cancelled", err)
	}
}

func TestAGoalThatIsReachedAtTheVeryEndIsReached(t *testing.T) {
	for range 50 { // or else it would be left to chance
		ctx, cancel := context.WithCancel(t.Context())
		w := Waiter{Bind: func(limen.Transport, uint16) (string, bool) { cancel(); return "", true }}
		got, err := w.Wait(ctx, Request{Goals: []limen.Goal{{State: limen.GoalFree, Port: 1}}})
		if err != nil || got.Outcome != limen.OutcomeReady || !got.Goals[0].Reached {
			t.Fatalf("%+v, %v", got, err)
		}
	}
}

func TestGoalsThatMakeNoSenseAreRefused(t *testing.T) {
	port := limen.Goal{State: limen.GoalReady, Port: 3000}
	page := limen.Goal{State: limen.GoalReady, URL: "http://localhost/"}
	file := limen.Goal{State: limen.GoalReady, Path: "/run/x"}
	states := func(g limen.Goal) (fine string) {
		for _, s := range []limen.GoalState{limen.GoalReady, limen.GoalClosed, limen.GoalFree} {
			if g.State = s; Check(g) == nil {
				fine += " " + s.String()
			}
		}
		return fine
	}
	for want, g := range map[string]limen.Goal{" ready closed free": port, " ready": page, " ready closed": file} {
		if got := states(g); got != want {
			t.Errorf("%v can be%s, want%s", g, got, want)
		}
	}
	for says, g := range map[string]limen.Goal{
		"leave the address out": {State: limen.GoalFree, Host: "127.0.0.1", Port: 3000},
		"no path":               {State: limen.GoalReady, URL: "http://localhost/", Expect: &limen.Expect{Path: ".a..b"}},
		"a port can be":         {State: limen.GoalReady},
	} {
		if err := Check(g); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v; want it to say %s", g, err, says)
		}
	}
}
