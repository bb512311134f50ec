package process

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

func TestReadRefusesAReusedNumber(t *testing.T) {
	if !firstOfNamespace(t) {
		return
	}
	proc := t.TempDir()
	mountProc(t, proc, "")
	r := func() *Reader { return &Reader{Root: proc} }

	// Only in a namespace of one's own can a number be had twice.
	old := run(t)
	first, err := r().Read(limen.ProcessID{PID: old.Process.Pid})
	if err != nil {
		t.Fatal(err)
	}
	held, err := openDir(proc, first.PID)
	if err != nil {
		t.Fatal(err)
	}
	defer held.close()
	old.Process.Kill()
	old.Wait()

	var second Facts
	for second.PID != first.PID || second.Birth == first.Birth { // another thread may take the number, and a tick lasts
		if err := os.WriteFile(filepath.Join(proc, "sys/kernel/ns_last_pid"), []byte(strconv.Itoa(first.PID-1)), 0); err != nil {
			t.Skipf("the next process number cannot be chosen: %v", err)
		}
		c := run(t)
		if second, err = r().Read(limen.ProcessID{PID: c.Process.Pid}); err != nil {
			t.Fatal(err)
		}
		if second.PID != first.PID || second.Birth == first.Birth {
			c.Process.Kill()
			c.Wait()
		}
	}
	if _, err := r().Read(first.ProcessID); !errors.Is(err, ErrGone) {
		t.Errorf("reading %v while %v runs: %v; want ErrGone", first.ProcessID, second.ProcessID, err)
	}
	var buf scratch
	if _, err := held.stat(&buf); !errors.Is(err, ErrGone) {
		t.Errorf("a directory held open from before: %v; want ErrGone", err)
	}
	if err := held.alive(); !errors.Is(err, ErrGone) {
		t.Errorf("a directory held open from before is alive: %v; want ErrGone", err)
	}
}

// run starts a process that waits until the test ends.
func run(t *testing.T) *exec.Cmd {
	t.Helper()
	c := exec.Command(self(t))
	c.Env = []string{noLinger, roleKey + "=wait"}
	if _, err := c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	return c
}

func TestReadDoesNotCallAHiddenProcessGone(t *testing.T) {
	needRoot(t)
	if !firstOfNamespace(t) {
		return
	}
	for _, option := range []string{"hidepid=2", "hidepid=4"} {
		t.Run(option, func(t *testing.T) {
			mountProc(t, "/proc", option)
			if _, said := describeAsNobody(t, os.Getpid()); !strings.Contains(said, unix.EPERM.Error()) {
				t.Errorf("reading it: %q; want %q", said, unix.EPERM)
			}
			if _, said := describeAsNobody(t, 1<<30); !strings.Contains(said, ErrGone.Error()) {
				t.Errorf("reading what is not there: %q; want %q", said, ErrGone)
			}
		})
	}
}

// mountProc mounts the namespace's procfs at dir until the test ends.
func mountProc(t *testing.T, dir, options string) {
	t.Helper()
	if err := unix.Mount("proc", dir, "proc", 0, options); err != nil {
		t.Skipf("procfs cannot be mounted: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
}
