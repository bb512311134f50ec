package sockets

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// describeTypes puts b in the place of the kernel's description of its types,
// or nothing if b is empty, for this mount namespace.
func describeTypes(b []byte) error {
	dir := filepath.Dir(typesFile)
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
		return err
	}
	if len(b) == 0 {
		return nil
	}
	return os.WriteFile(typesFile, b, 0o444)
}

// refuseBPF puts the calling thread under a seccomp filter by which bpf(2)
// fails with EPERM, as container engines do (seccomp(2)).
func refuseBPF() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // nr of struct seccomp_data
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_BPF},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// way returns what a report says of a source.
func (r report) way(t *testing.T, task limen.Task, name string) limen.Source {
	t.Helper()
	i := slices.IndexFunc(r.Ways, func(s limen.Source) bool { return s.Task == task && s.Name == name })
	if i < 0 {
		t.Fatalf("no word of %v by %s: %+v", task, name, r.Ways)
	}
	return r.Ways[i]
}

func TestWhereBPFIsRefusedTheAnswerIsWholeAndTheReasonIsSaid(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	if _, err := os.Stat(typesFile); err != nil {
		nettest.Skip(t, "needs a kernel that describes its types: "+err.Error())
	}
	want := held(t)
	absent, odd, foreign := []byte{}, []byte("\x9f\xeb odd"), description(binary.LittleEndian)
	for name, test := range map[string]struct {
		errand    errand
		why, next string
	}{
		"no capability": {errand{NoBPF: true}, "bpf(2) was refused: this process lacks CAP_BPF and CAP_PERFMON", "give it them, such as by docker run --cap-add"},
		"a filter": {
			errand{Filter: true},
			"bpf(2) was refused, most likely by the seccomp filter that this process runs under: it has the capabilities",
			"run limen outside of the container or sandbox",
		},
		"no types": {
			errand{Types: &absent, flags: unix.CLONE_NEWNS},
			"the kernel does not describe its types: there is no /sys/kernel/btf/vmlinux",
			"use a kernel built with CONFIG_DEBUG_INFO_BTF, and have /sys mounted",
		},
		"odd types": {
			errand{Types: &odd, flags: unix.CLONE_NEWNS},
			"the kernel describes its types in a way that limen does not know: the kernel's type information is not as expected", "",
		},
		"types without ours": {
			errand{Types: &foreign, flags: unix.CLONE_NEWNS},
			"the kernel describes its types in a way that limen does not know: the kernel's type information is not as expected: no bpf_iter_task_file", "",
		},
	} {
		test.errand.Ways = true // in this goroutine: a subtest's would be outside of the private network
		r := test.errand.send(t)
		if diff := cmp.Diff(want, holders(r.Sockets)); diff != "" || len(r.Gaps) > 0 {
			t.Errorf("%s: gaps %+v, (-want +got):\n%s", name, r.Gaps, diff)
		}
		refused := limen.Source{Task: limen.TaskHolders, Name: "bpf", Use: limen.SourceRefused, Why: test.why, Next: test.next}
		if diff := cmp.Diff(refused, r.way(t, limen.TaskHolders, "bpf")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if s := r.way(t, limen.TaskHolders, "procfs"); s.Use != limen.SourceServed {
			t.Errorf("%s: the walk: %+v", name, s)
		}
		if s := r.way(t, limen.TaskChanges, "events"); s.Use != limen.SourceRefused || s.Why == "" {
			t.Errorf("%s: the kernel's events: %+v", name, s)
		}
	}
}

func TestWhereBPFServesNothingElseIsNeeded(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	r := errand{Ways: true}.send(t)
	if missing := r.way(t, limen.TaskHolders, "bpf"); missing.Use != limen.SourceServed {
		nettest.Skip(t, "needs a kernel whose iterator serves: "+missing.Why)
	}
	if s := r.way(t, limen.TaskHolders, "procfs"); s.Use != limen.SourceSpare {
		t.Errorf("%+v", s)
	}
}
