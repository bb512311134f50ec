package run

import (
	"errors"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

func TestBothWaysToLookAgree(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("sleep 1000 & (sleep 1000 & wait) & echo ready; wait"))
	o.until("ready")
	members(t, r, 4)
	p := proc{"/proc"}
	var buf [4096]byte
	all, err := p.all(&buf)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := p.below(g.system.guard.PID, nobody)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(nodes []node) (pids []int) {
		for _, n := range nodes {
			pids = append(pids, n.PID)
		}
		slices.Sort(pids)
		return pids
	}
	if a, b := ids(lists), ids(below(all, g.system.guard.PID, nobody)); len(a) != 4 || !slices.Equal(a, b) {
		t.Errorf("by lists of children %v, by parents %v; want the same four", a, b)
	}
}

func TestChildrenOfEveryThreadAreFound(t *testing.T) {
	p := proc{"/proc"}
	var buf [4096]byte
	g := opened(t) // a child of whichever thread it was
	pids, err := p.children(nil, os.Getpid(), -1, &buf)
	if err != nil || !slices.Contains(pids, g.system.guard.PID) {
		t.Errorf("%v, %v; want the guard, %d, among them", pids, err, g.system.guard.PID)
	}
}

func TestANumberThatChangedHandsIsNotHit(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("echo ready; exec sleep 1000"))
	o.until("ready")
	send := sender(Config{}.withDefaults())
	earlier := limen.ProcessID{PID: r.ID().PID, Birth: r.ID().Birth - 1}
	if err := send(earlier, unix.SIGKILL); !errors.Is(err, errGone) {
		t.Errorf("%v; want that it is gone", err)
	}
	members(t, r, 1)
	if err := send(r.ID(), unix.SIGKILL); err != nil {
		t.Error(err)
	}
	if got := isOver(t, r); got.Signal != "SIGKILL" {
		t.Errorf("%+v", got)
	}
	if err := send(r.ID(), unix.SIGKILL); !errors.Is(err, errGone) {
		t.Errorf("once it has ended: %v", err)
	}
}

func TestALookAtAGuardThatIsGoneSaysSo(t *testing.T) {
	p := proc{"/proc"}
	if _, err := p.below(1<<30, nobody); !errors.Is(err, ErrLost) {
		t.Errorf("%v; want ErrLost", err)
	}
	if _, err := (proc{t.TempDir()}).below(os.Getpid(), nobody); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("without procfs: %v; want an error about that", err)
	}
	if g, err := Open(Config{Root: t.TempDir(), Environment: quick}); err == nil {
		g.Close(t.Context())
		t.Error("a guard was opened without procfs")
	}
}
