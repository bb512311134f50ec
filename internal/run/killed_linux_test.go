package run

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A front is a limen that is killed. Everything below it has the other end of
// its output.
type front struct {
	*output
	cmd   *exec.Cmd
	guard int
}

// killable starts a front that runs programs, each a role with a word that it
// says when it is there.
func killable(t *testing.T, programs ...string) *front {
	t.Helper()
	o, w := piped(t)
	cmd := exec.Command(self, programs...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), roleKey+"=front", quick[0]), w, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return &front{o, cmd, 0}
}

// manifold is what is below a front that is killed.
var manifold = []string{"idle", "stubborn", "daemon 0 idle", "hidden 0 stubborn"}

// settled waits until all of manifold is there.
func (f *front) settled() {
	f.t.Helper()
	need := map[string]int{"idle": 2, "stubborn": 2, "guard": 1}
	for len(need) > 0 {
		var word string
		var pid int
		fmt.Sscan(f.line(), &word, &pid)
		if word == "guard" {
			f.guard = pid
		}
		if need[word]--; need[word] == 0 {
			delete(need, word)
		}
	}
}

// runs is how often each death is died.
const runs = 20

func TestNothingOutlivesAKilledFront(t *testing.T) {
	for range runs {
		f := killable(t, manifold...)
		f.settled()
		f.cmd.Process.Kill()
		f.end()
	}
}

func TestNothingOutlivesAKilledGuard(t *testing.T) {
	for range runs {
		f := killable(t, manifold...)
		f.settled()
		unix.Kill(f.guard, unix.SIGKILL)
		f.until("lost")
		f.end()
	}
}

func TestNothingOutlivesAFrontThatIsKilledAtAnyMoment(t *testing.T) {
	for i := range runs {
		f := killable(t, manifold...)
		// Not a wait for anything: any moment will do.
		<-time.After(time.Duration(i) * time.Millisecond)
		f.cmd.Process.Kill()
		f.end()
	}
}

func TestTheFrontEndsWhatTheGuardLeftEvenWhenItIsKilledAfterIt(t *testing.T) {
	// The guard is stopped, so that it cannot act when the front is killed.
	// What then happens to it must not matter.
	f := killable(t, manifold...)
	f.settled()
	unix.Kill(f.guard, unix.SIGSTOP)
	f.cmd.Process.Kill()
	f.cmd.Wait()
	unix.Kill(f.guard, unix.SIGCONT)
	f.end()
}

func TestAProgramIsAskedToEndWhenFrontAndGuardAreKilledTogether(t *testing.T) {
	f := killable(t, "idle")
	f.guard = f.until("guard")
	unix.Kill(f.guard, unix.SIGSTOP) // neither may see the other end
	unix.Kill(f.cmd.Process.Pid, unix.SIGSTOP)
	unix.Kill(f.guard, unix.SIGKILL)
	unix.Kill(f.cmd.Process.Pid, unix.SIGKILL)
	f.end()
}

func TestALostGuardIsToldToWhoeverWaits(t *testing.T) {
	g, err := Open(Config{Grace: 50 * time.Millisecond, Environment: quick})
	if err != nil {
		t.Fatal(err)
	}
	r, o := started(t, g, ask("stubborn"))
	o.until("stubborn")
	killed, oo := started(t, g, shell("exec sleep 1000"))
	unix.Kill(g.system.guard.PID, unix.SIGKILL)
	if _, err := r.Stop(t.Context(), patience); err != nil {
		t.Error(err)
	}
	<-g.Lost()
	o.end()
	oo.end()
	if got := isOver(t, r); got.Signal != "SIGKILL" {
		t.Errorf("%+v", got)
	}
	if got := isOver(t, killed); got.Signal != "SIGTERM" {
		t.Errorf("%+v", got)
	}
	if err := g.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheFrontsOwnChildrenAreSpared(t *testing.T) {
	g, err := Open(Config{Grace: time.Second, Environment: quick})
	if err != nil {
		t.Fatal(err)
	}
	own := exec.Command("/bin/sh", "-c", "exec sleep 1000")
	if err := own.Start(); err != nil {
		t.Fatal(err)
	}
	defer own.Wait()
	defer own.Process.Kill()
	other := opened(t)
	_, o := started(t, other, shell("echo ready; exec sleep 1000"))
	o.until("ready")
	unix.Kill(g.system.guard.PID, unix.SIGKILL)
	<-g.Lost()
	if err := own.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("our own child: %v", err)
	}
	select {
	case <-other.Lost():
		t.Error("another guard was taken for one of its programs")
	default:
	}
}
