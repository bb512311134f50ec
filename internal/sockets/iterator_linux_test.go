package sockets

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestTheProgramFitsTheRunningKernel(t *testing.T) {
	if _, err := os.Stat(typesFile); err != nil {
		nettest.Skip(t, "needs a kernel that describes its types: "+err.Error())
	}
	program, target, err := buildIterator()
	if err != nil {
		t.Fatal(err)
	}
	if target == 0 || len(program) == 0 {
		t.Errorf("function %d, %d instructions", target, len(program))
	}
	for i, in := range program {
		if in.off == toEnd {
			t.Errorf("instruction %d jumps nowhere", i)
		}
	}
}

func TestAThreadWithDescriptorsOfItsOwnIsItsProcess(t *testing.T) {
	number, release := make(chan uint64), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		onThrownAwayThread(func() {
			number <- socketOfThisThread()
			<-release
		})
	}()
	defer func() { <-ended }()
	defer close(release)
	socks := []Socket{{Local: limen.MustParseEndpoint("tcp/127.0.0.1:3000"), State: limen.Bound, Number: <-number}}
	if socks[0].Number == 0 {
		nettest.Skip(t, "needs unshare(CLONE_FILES)")
	}
	me := os.Getpid()
	want := []Holder{{limen.ProcessID{PID: me, Birth: born(t, me)}, limen.Proved}}
	if diff := cmp.Diff(want, by(t, finder{"bpf", findByIterator}, socks)[0].Holders); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// onThrownAwayThread calls do on a thread that ends afterwards, and so takes
// along whatever do changed of it. That is never the process's first thread,
// which would not end, and whose descriptors and mounts count as the process's.
func onThrownAwayThread(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			defer runtime.UnlockOSThread()
			onThrownAwayThread(do)
			return
		}
		do()
	}()
	<-done
}

// socketOfThisThread makes a socket that no other thread has, and returns its
// number, or 0.
func socketOfThisThread() uint64 {
	var st unix.Stat_t
	if unix.Unshare(unix.CLONE_FILES) != nil {
		return 0
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil || unix.Fstat(fd, &st) != nil {
		return 0
	}
	return st.Ino
}

func TestWithoutBPFTheWalkAnswersAlone(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	want := held(t)
	for _, refused := range []bool{false, true} {
		r := errand{NoBPF: refused}.send(t)
		if diff := cmp.Diff(want, holders(r.Sockets)); diff != "" || len(r.Gaps) > 0 {
			t.Errorf("refused %v: gaps %+v, (-want +got):\n%s", refused, r.Gaps, diff)
		}
	}
}

func TestTheIteratorIsForThisMachinesProcessesOnly(t *testing.T) {
	s := newSearch([]Socket{{Number: 1}})
	if err := findByIterator(t.Context(), Reader{Proc: "/proc"}, s); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("for another procfs: %v", err)
	}
}
