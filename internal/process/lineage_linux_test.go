package process

import (
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
)

func TestReadNamesEveryAncestor(t *testing.T) {
	c := exec.Command(copyAs(t, "a-parent-with-a-long-name"))
	child := start(t, "parent", c)
	f := read(t, limen.ProcessID{PID: child})
	me := read(t, limen.ProcessID{PID: os.Getpid()})
	want := append([]limen.Ancestor{
		{ProcessID: read(t, limen.ProcessID{PID: c.Process.Pid}).ProcessID, Name: "a-parent-with-a-long-name"},
		{ProcessID: me.ProcessID, Name: me.Name},
	}, me.Ancestors...)
	if !slices.Equal(f.Ancestors, want) {
		t.Errorf("ancestors\n%v; want\n%v", f.Ancestors, want)
	}
	if f.Session != me.Session || f.SessionGone != me.SessionGone {
		t.Errorf("session %d, gone %v; want this test's own, %d, %v", f.Session, f.SessionGone, me.Session, me.SessionGone)
	}
}

func TestReadKnowsADaemonWhoseStarterIsGone(t *testing.T) {
	c := exec.Command(self(t))
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	id := limen.ProcessID{PID: start(t, "daemon", c)}
	c.Wait()
	f := read(t, id)
	if f.Session != c.Process.Pid || !f.SessionGone {
		t.Errorf("session %d, gone %v; want %d, true", f.Session, f.SessionGone, c.Process.Pid)
	}
	if f.Parent == c.Process.Pid || len(f.Ancestors) == 0 || f.Ancestors[0].PID != f.Parent {
		t.Errorf("parent %d, ancestors %v", f.Parent, f.Ancestors)
	}
	if f.Parent != 1 && !f.Reparented {
		t.Skipf("these tests run under a child subreaper that limen does not know: %v", f.Ancestors[0])
	}
	if !f.Reparented {
		t.Error("not reparented, though pid 1 is its parent")
	}
}

func TestReadAsksAgainWhenTheParentEndsMeanwhile(t *testing.T) {
	c := exec.Command(self(t))
	id := limen.ProcessID{PID: start(t, "daemon", c)}
	c.Wait()
	var r Reader
	var buf scratch
	d, s, err := r.open(id, &buf)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	want := s.parent
	s.parent = c.Process.Pid // as it was before the parent ended
	f := Facts{}
	f.PID = id.PID
	if r.lineage(&f, d, s, &buf); f.Parent != want {
		t.Errorf("parent %d; want %d, for %d has ended", f.Parent, want, s.parent)
	}
}

func TestReadNumbersAProcessAsItsOwnNamespaceDoes(t *testing.T) {
	c := exec.Command(self(t))
	c.SysProcAttr = namespaced()
	inner := start(t, "parent", c)
	first := read(t, limen.ProcessID{PID: c.Process.Pid})
	if first.InnerPID != 1 || first.Reparented {
		t.Errorf("the namespace's first process: inner pid %d, reparented %v; want 1, false", first.InnerPID, first.Reparented)
	}
	child := childOf(t, first.PID)
	f := read(t, limen.ProcessID{PID: child})
	if f.InnerPID != inner || !f.Reparented {
		t.Errorf("its child: inner pid %d, reparented %v; want %d, true", f.InnerPID, f.Reparented, inner)
	}
}

// childOf returns the number of the only child of parent.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	var r Reader
	pids, err := r.PIDs()
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		if f, err := r.Read(limen.ProcessID{PID: pid}); err == nil && f.Parent == parent {
			return pid
		}
	}
	t.Fatalf("pid %d has no child", parent)
	return 0
}
