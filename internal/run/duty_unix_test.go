//go:build linux || darwin || freebsd

package run

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAGuardPassesOverWhatMakesNoSense(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("echo ready; exec sleep 1000"))
	o.until("ready")
	fine := launch{path: "/bin/sh", arguments: []string{"sh", "-c", "exit"}, terminal: -1}.encode()
	for _, f := range []frame{
		{kind: sayStart, run: 90},
		{kind: sayStart, run: 91, body: []byte("garbage")},
		{kind: sayStart, run: 92, body: fine}, // without its files
		{kind: sayStart, run: r.number, body: fine},
		{kind: saySignal, run: 93, body: numbers(15)},
		{kind: saySignal, run: r.number},
		{kind: saySignal, run: r.number, body: numbers(0)},
		{kind: saySignal, run: r.number, body: numbers(1 << 40)},
		{kind: sayEnd, body: []byte{0x80}},
		{kind: sayEnded, run: r.number, body: numbers(0)},
	} {
		if err := g.system.line.send(f); err != nil {
			t.Fatal(err)
		}
	}
	again, oo := started(t, g, shell("echo fine"))
	oo.until("fine")
	isOver(t, again)
	members(t, r, 1)
}

func TestAGuardThatUnderstandsNothingEndsEverything(t *testing.T) {
	g := opened(t)
	_, o := started(t, g, shell("echo ready; exec sleep 1000"))
	o.until("ready")
	if _, err := g.system.line.file.Write(make([]byte, headSize)); err != nil {
		t.Fatal(err)
	}
	o.end()
	<-g.Lost()
}

func TestAGuardThatIsAskedToEndEndsEverythingFirst(t *testing.T) {
	g := opened(t)
	_, o := started(t, g, ask("daemon", "0", "idle"))
	o.until("idle")
	unix.Kill(g.system.guard.PID, unix.SIGTERM)
	o.end()
	<-g.Lost()
	if _, err := g.Start(shell("exit")); !errors.Is(err, ErrLost) {
		t.Errorf("%v; want that the guard is lost", err)
	}
}

func TestCtrlCInTheFrontsTerminalDoesNotReachTheGuard(t *testing.T) {
	g := opened(t)
	if session, err := unix.Getsid(g.system.guard.PID); err != nil || session != g.system.guard.PID {
		t.Errorf("it is in session %d, %v; want one of its own", session, err)
	}
}

func TestCloseEndsAtOnceWhatMayNotTakeItsTime(t *testing.T) {
	g, err := Open(Config{Grace: 24 * time.Hour, Environment: quick})
	if err != nil {
		t.Fatal(err)
	}
	_, o := started(t, g, ask("stubborn"))
	o.until("stubborn")
	ctx, cancel := context.WithCancel(t.Context())
	closed := make(chan error)
	go func() { closed <- g.Close(ctx) }()
	cancel() // the second Ctrl-C
	if err := <-closed; err != nil {
		t.Error(err)
	}
	o.end()
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	g, err := Open(Config{Environment: quick})
	if err != nil {
		t.Fatal(err)
	}
	r, o := started(t, g, shell("exit"))
	o.end()
	isOver(t, r)
	if err := g.Close(t.Context()); err != nil {
		t.Error(err)
	}
	limit := time.Now().Add(patience)
	for runtime.NumGoroutine() > before { // the last one is on its way out
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines; there were %d", runtime.NumGoroutine(), before)
		}
		runtime.Gosched()
	}
}

func TestAProcessThatIsNoneOfLimensDoesNotEnter(t *testing.T) {
	if entered, err := Enter(func() []string { return []string{"A=1"} }); entered || err != nil {
		t.Errorf("%v, %v", entered, err)
	}
	for _, v := range []string{guardKey + "=", guardKey + "=x", guardKey + "=-1s", shimKey + "=/bin/sh"} {
		if entered, err := Enter(func() []string { return []string{v} }); !entered || err == nil {
			t.Errorf("%s: %v, %v; want an error", v, entered, err)
		}
	}
	if os.Getenv(guardKey) != "" {
		t.Errorf("%s is set", guardKey)
	}
}
