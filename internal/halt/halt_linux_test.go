package halt

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// births gives every process the birth 7, whatever it is.
var births = Halter{Birth: func(int) (uint64, error) { return 7, nil }}

// started runs a script of sh that says a word when it is ready.
func started(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sh", "-c", script)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestAProcessThatIsAskedEnds(t *testing.T) {
	cmd := started(t, `trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done`)
	go cmd.Wait() // so that it does not stay as a zombie
	end, err := births.Process(t.Context(), limen.ProcessID{PID: cmd.Process.Pid, Birth: 7}, time.Minute, false)
	if err != nil || end.Signal != "SIGTERM" {
		t.Fatalf("%+v, %v", end, err)
	}
	if end.Exit != nil && *end.Exit != 3 { // older kernels do not tell
		t.Errorf("it ended with %d; want 3", *end.Exit)
	}
}

func TestAStubbornProcessIsKilledOnlyByForce(t *testing.T) {
	cmd := started(t, `trap '' TERM; echo ready; while :; do sleep 0.01; done`)
	go cmd.Wait()
	id := limen.ProcessID{PID: cmd.Process.Pid, Birth: 7}
	if end, err := births.Process(t.Context(), id, 50*time.Millisecond, false); !errors.Is(err, ErrStays) {
		t.Fatalf("without force: %+v, %v; want that it stays", end, err)
	}
	end, err := births.Process(t.Context(), id, 50*time.Millisecond, true)
	if err != nil || end.Signal != "SIGKILL" || end.Exit != nil && *end.Exit != 128+9 {
		t.Errorf("with force: %+v, %v", end, err)
	}
}

func TestANumberThatChangedHandsIsNotHit(t *testing.T) {
	cmd := started(t, `echo ready; exec sleep 1000`)
	defer cmd.Wait()
	defer cmd.Process.Kill()
	_, err := births.Process(t.Context(), limen.ProcessID{PID: cmd.Process.Pid, Birth: 6}, time.Minute, true)
	if !errors.Is(err, ErrGone) {
		t.Fatalf("another birth: %v; want that it is gone", err)
	}
	if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("it was hit all the same: %v", err)
	}
}

func TestWhatHasEndedIsGone(t *testing.T) {
	cmd := started(t, `echo ready`)
	cmd.Wait()
	if _, err := births.Process(t.Context(), limen.ProcessID{PID: cmd.Process.Pid, Birth: 7}, time.Minute, true); !errors.Is(err, ErrGone) {
		t.Errorf("%v; want that it is gone", err)
	}
}

func TestTheFirstProcessIsNeverHit(t *testing.T) {
	for _, pid := range []int{-1, 0, 1} {
		if _, err := births.Process(t.Context(), limen.ProcessID{PID: pid, Birth: 7}, 0, true); err == nil {
			t.Errorf("process %d was taken for one to end", pid)
		}
	}
}

func TestAZombieHasEnded(t *testing.T) {
	cmd := started(t, `trap '' TERM; echo ready; exit 0`)
	// Its parent, this test, does not look at it.
	p, err := open(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if ended, err := p.wait(t.Context(), time.Minute); !ended || err != nil {
		t.Errorf("a zombie: %v, %v", ended, err)
	}
	cmd.Wait()
}

func TestAToolSaysWhyItFails(t *testing.T) {
	if err := Tool(t.Context(), "", []string{"sh", "-c", "echo done"}, time.Minute); err != nil {
		t.Errorf("one that works: %v", err)
	}
	err := Tool(t.Context(), "", []string{"sh", "-c", "yes no | head -c 100000; echo; echo unit not found >&2; exit 4"}, time.Minute)
	if err == nil || !strings.HasSuffix(err.Error(), "unit not found") {
		t.Errorf("one that fails: %v", err)
	}
	if err := Tool(t.Context(), "", []string{"sh", "-c", "sleep 1000 & sleep 1000"}, 50*time.Millisecond); err == nil {
		t.Error("one without an end came to it")
	}
	if err := Tool(t.Context(), "", []string{"limen-has-no-such-tool"}, time.Minute); !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
}
