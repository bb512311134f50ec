package wait

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// TestMain is the process that tests wait for, if it is started as one: it
// waits for its input to end, writes what it is told to, and ends.
func TestMain(m *testing.M) {
	if last, ok := os.LookupEnv("LIMEN_WAIT_MAKER"); ok {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_, _ = io.WriteString(os.Stderr, last)
		os.Exit(3)
	}
	os.Exit(m.Run())
}

// A child is a process of the test that ends when it is told to.
type child struct {
	*os.Process
	stdin io.Closer
	bury  func() // waits for its end, as only its parent can; others hear of it then
}

// start starts a child that says something at last, into a file if one is named.
func start(t *testing.T, says, file string) child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LIMEN_WAIT_MAKER="+says)
	if file != "" {
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.Stderr = f
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	bury := sync.OnceFunc(func() { _ = cmd.Wait() })
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		bury()
	})
	return child{cmd.Process, stdin, bury}
}

// identify believes that a PID always stands for the same run.
func identify(pid int) (limen.ProcessID, error) { return limen.ProcessID{PID: pid, Birth: 7}, nil }

// never is a goal that is not reached, and ends a child once it was looked at.
func never(end func()) (Waiter, limen.Goal) {
	looked := false
	return Waiter{Held: func(context.Context, limen.Goal) (bool, error) {
		if !looked {
			looked = true
			end()
		}
		return false, nil
	}}, limen.Goal{State: limen.GoalReady, Transport: limen.UDP, Port: 53}
}

func TestWaitingIsPointlessOnceTheProcessHasEnded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	c := start(t, "one\ntwo\x1b[31m\n\nEADDRINUSE\n", file)
	w, g := never(func() {
		c.stdin.Close()
		go c.bury()
	})
	w.Identify = identify
	if openHandle(c.Pid) == nil {
		t.Skip("this system tells of the end of a process to its parent alone")
	}
	got := waited(t, w, Request{Goals: []limen.Goal{g}, PID: c.Pid}, limen.OutcomePointless)
	if got.Ended == nil || got.Ended.ProcessID != (limen.ProcessID{PID: c.Pid, Birth: 7}) {
		t.Fatalf("it says nothing of who has ended: %+v", got)
	}
	if want := []string{"one", "two\x1b[31m", "EADDRINUSE"}; !slices.Equal(got.Ended.Lines, want) {
		t.Errorf("the last lines are %q, want %q", got.Ended.Lines, want)
	}
	switch s := got.Ended.Status; {
	case s != nil && *s == 3 && strings.HasSuffix(got.Why, "has ended, with exit status 3"):
	case s == nil && len(got.Gaps) == 1 && strings.HasPrefix(got.Gaps[0].What, "how pid "): // before Linux 6.15
	default:
		t.Errorf("it ended with %v: %s; gaps %+v", s, got.Why, got.Gaps)
	}
}

func TestASignalIsNamedAndMissingLinesAreAGap(t *testing.T) {
	c := start(t, "", "")
	w, g := never(func() {
		_ = c.Signal(syscall.SIGKILL)
		go c.bury()
	})
	w.Identify = identify
	if openHandle(c.Pid) == nil {
		t.Skip("this system tells of the end of a process to its parent alone")
	}
	got := waited(t, w, Request{Goals: []limen.Goal{g}, PID: c.Pid}, limen.OutcomePointless)
	if s := got.Ended.Signal; s != "SIGKILL" && s != "" || got.Ended.Status != nil {
		t.Errorf("it ended by %q, with %v", s, got.Ended.Status)
	}
	isLines := func(g limen.Gap) bool { return strings.HasPrefix(g.What, "the last lines of pid") }
	if !slices.ContainsFunc(got.Gaps, isLines) {
		t.Errorf("nothing is said of its last lines: %+v", got.Gaps)
	}
}

func TestAProcessIsLookedAtWhereTheKernelTellsNothing(t *testing.T) {
	c := start(t, "", "")
	looks := 0
	m := maker{id: limen.ProcessID{PID: c.Pid, Birth: 7}, waiter: Waiter{
		Identify: func(pid int) (limen.ProcessID, error) {
			looks++
			return limen.ProcessID{PID: pid, Birth: uint64(6 + looks)}, nil // the number is another's at the second look
		},
	}}
	if !m.wait(t.Context()) || looks != 2 {
		t.Errorf("a reused number was believed for %d looks", looks)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m.id.Birth = 9
	if m.wait(ctx) {
		t.Error("it has not ended, and nobody waits any more")
	}
}

func TestTheEndOfAProcessIsWaitedForNoLongerThanItsContext(t *testing.T) {
	c := start(t, "", "")
	handle := openHandle(c.Pid)
	if handle == nil {
		t.Skip("this system tells of the end of a process to its parent alone")
	}
	defer handle.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if awaitEnd(ctx, handle) {
		t.Error("a process that goes on is said to have ended")
	}
}

func TestWhatIsToBeClosedMayBeSoBecauseTheProcessHasEnded(t *testing.T) {
	c := start(t, "", "")
	looks := 0
	w := Waiter{Identify: identify, Held: func(context.Context, limen.Goal) (bool, error) {
		if looks++; looks == 1 {
			c.stdin.Close()
			c.bury()
		}
		return looks < 5, nil
	}}
	g := limen.Goal{State: limen.GoalClosed, Transport: limen.UDP, Port: 53}
	waited(t, w, Request{Goals: []limen.Goal{g}, PID: c.Pid}, limen.OutcomeReady)
}

func TestAProcessThatIsNotThereMakesWaitingPointless(t *testing.T) {
	w := Waiter{Identify: func(int) (limen.ProcessID, error) { return limen.ProcessID{}, errors.New("pid 4242 is not running") }}
	got := waited(t, w, Request{Goals: []limen.Goal{ready(1)}, PID: 4242}, limen.OutcomePointless)
	if got.Why != "pid 4242 is not running" {
		t.Errorf("why: %s", got.Why)
	}
}

func TestAPortThatAnotherProcessTookIsPointless(t *testing.T) {
	c := start(t, "", "")
	g := limen.Goal{State: limen.GoalReady, Transport: limen.UDP, Port: 53}
	w := Waiter{
		Identify: identify,
		Held:     func(context.Context, limen.Goal) (bool, error) { return true, nil },
		Owns: func(_ context.Context, _ limen.Goal, id limen.ProcessID) ([]limen.Gap, error) {
			if id.PID != c.Pid {
				t.Errorf("it was asked for pid %d", id.PID)
			}
			return nil, errors.New("udp 53 is held by dnsmasq (812)")
		},
	}
	got := waited(t, w, Request{Goals: []limen.Goal{g}, PID: c.Pid}, limen.OutcomePointless)
	if got.Why != "another process took it: udp 53 is held by dnsmasq (812)" || got.Goals[0].Reached {
		t.Errorf("Wait: %+v", got)
	}
	mine := listen(t, "tcp", "127.0.0.1:0").Addr().(*net.TCPAddr).Port
	w.Owns = func(_ context.Context, g limen.Goal, _ limen.ProcessID) ([]limen.Gap, error) {
		if g.Port == uint16(mine) {
			return nil, nil
		}
		return nil, errors.New("udp 53 is held by dnsmasq (812)")
	}
	waited(t, w, Request{Goals: []limen.Goal{g, ready(uint16(mine))}, Any: true, PID: c.Pid}, limen.OutcomeReady)
	waited(t, w, Request{Goals: []limen.Goal{g, g}, Any: true, PID: c.Pid}, limen.OutcomePointless)
	w.Owns = func(context.Context, limen.Goal, limen.ProcessID) ([]limen.Gap, error) {
		return []limen.Gap{{What: "who it is"}}, nil
	}
	got = waited(t, w, Request{Goals: []limen.Goal{g}, PID: c.Pid}, limen.OutcomeReady)
	if len(got.Gaps) != 1 {
		t.Errorf("that nobody could tell is not said: %+v", got)
	}
}

func TestLastLinesAreFewAndShort(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"nothing":       {"", nil},
		"blank":         {"\n \n\t\r\n", nil},
		"no line end":   {"a\nb", []string{"a", "b"}},
		"many":          {"1\n2\n3\n4\n5\n6\n7\n", []string{"3", "4", "5", "6", "7"}},
		"long":          {strings.Repeat("x", 2000), []string{strings.Repeat("x", mostLine)}},
		"cut in front":  {strings.Repeat("x", mostTail) + "\nend\n", []string{"end"}},
		"all one line":  {strings.Repeat("x", 2*mostTail), []string{strings.Repeat("x", mostLine)}},
		"no UTF-8":      {"a\xffb", []string{"a\uFFFDb"}},
		"cut in a rune": {strings.Repeat("x", mostLine-1) + "é", []string{strings.Repeat("x", mostLine-1)}},
	} {
		if got := lastLines(strings.NewReader(test.text)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
