//go:build darwin || freebsd

package process

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

const asChild = "LIMEN_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		io.Copy(io.Discard, os.Stdin) // until the parent closes it
		return
	}
	os.Exit(m.Run())
}

// child starts this program again in a directory, and returns its number and
// what ends it.
func child(t *testing.T, dir string) (pid int, end func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "with a space", "")
	c.Dir, c.Env = dir, []string{asChild + "=yes", "PORT=3000"}
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	end = func() { stdin.Close(); c.Wait() }
	t.Cleanup(end)
	return c.Process.Pid, end
}

func TestReadTellsWhatAChildIs(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	pid, end := child(t, dir)
	var r Reader
	f, err := r.Read(limen.ProcessID{PID: pid})
	if err != nil {
		t.Fatal(err)
	}
	self, _ := os.Executable()
	if f.PID != pid || f.Birth == 0 || f.Executable != self || f.Directory != dir || f.User == nil || f.User.UID != int64(os.Geteuid()) {
		t.Errorf("%+v; want %s in %s", f, self, dir)
	}
	if want := []string{self, "with a space"}; !slices.Equal(f.Command, want) { // an empty one at the end looks like none
		t.Errorf("command %q; want %q", f.Command, want)
	}
	if f.Parent != os.Getpid() || len(f.Ancestors) == 0 || f.Ancestors[0].PID != os.Getpid() || f.Ancestors[0].Birth == 0 || f.Reparented {
		t.Errorf("parent %d, ancestors %v; want %d first", f.Parent, f.Ancestors, os.Getpid())
	}
	if time.Since(f.Started) < 0 || time.Since(f.Started) > time.Hour {
		t.Errorf("started %v", f.Started)
	}
	env, err := r.Environ(f.ProcessID, "PORT", "HOME")
	if err != nil || env["PORT"] != "3000" || len(env) != 1 {
		t.Errorf("environment %v, %v; want PORT alone", env, err)
	}
	if u, err := r.Usage(f.ProcessID, time.Now()); err != nil || u.Memory == 0 || u.CPU < 0 {
		t.Errorf("usage %+v, %v", u, err)
	}
	if pids, err := r.PIDs(); err != nil || !slices.Contains(pids, pid) {
		t.Errorf("%d processes, %v; want %d among them", len(pids), err, pid)
	}
	end()
	if _, err := r.Read(f.ProcessID); !errors.Is(err, ErrGone) {
		t.Errorf("after its end: %v; want ErrGone", err)
	}
}

func TestReadRefusesAReusedPID(t *testing.T) {
	pid, _ := child(t, "/")
	k, err := readKinfo(limen.ProcessID{PID: pid})
	if err != nil {
		t.Fatal(err)
	}
	before := limen.ProcessID{PID: pid, Birth: k.Birth - 1}
	var r Reader
	if _, err := r.Read(before); !errors.Is(err, ErrGone) {
		t.Errorf("Read: %v; want ErrGone", err)
	}
	if _, err := r.Environ(before); !errors.Is(err, ErrGone) {
		t.Errorf("Environ: %v; want ErrGone", err)
	}
	if _, err := r.Usage(before, time.Now()); !errors.Is(err, ErrGone) {
		t.Errorf("Usage: %v; want ErrGone", err)
	}
}
