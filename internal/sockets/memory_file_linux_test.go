package sockets

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// oddities put something in the place of a memory's file that no limen of this
// user's has put there.
var oddities = map[string]func(file string) error{
	"nothing in it":  func(file string) error { return os.WriteFile(file, nil, 0o600) },
	"cut":            func(file string) error { return os.Truncate(file, 40) },
	"another's":      func(file string) error { return os.Chown(file, nobody, nobody) },
	"all may write":  func(file string) error { return os.Chmod(file, 0o666) },
	"group's":        func(file string) error { return os.Chmod(file, 0o620) },
	"not to be read": func(file string) error { return os.Chmod(file, 0) },
	"far too long":   func(file string) error { return os.Truncate(file, mostRemembered+1) },
	"a FIFO":         func(file string) error { return errors.Join(os.Remove(file), unix.Mkfifo(file, 0o600)) },
	"a directory":    func(file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o700)) },
	"a link": func(file string) error {
		real := filepath.Join(filepath.Dir(filepath.Dir(file)), "real")
		return errors.Join(os.Rename(file, real), os.Symlink(real, file))
	},
}

func TestWhatIsNotThisUsersAloneIsNotBelieved(t *testing.T) {
	m := newMind(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	want := map[uint16][]int{3000: {os.Getpid()}}
	for name, put := range oddities {
		if os.Geteuid() != 0 && name == "another's" || os.Geteuid() == 0 && name == "not to be read" {
			continue // only root can give a file away, and nothing is closed to root
		}
		m.ask()
		if err := put(m.Memory); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		why := errForeign
		if name == "nothing in it" || name == "cut" {
			why = errNoMemory
		}
		m.expect(name, want, why.Error())
		if name != "a directory" { // a file does not take its place
			m.expect(name+", afterwards", want, "")
		}
		if err := os.RemoveAll(m.Memory); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(m.Memory)), "real")); err != nil || len(b) == 0 {
		t.Errorf("what the link led to has %d bytes left, %v", len(b), err)
	}
}

func TestNothingIsRememberedWhereThereIsNoPlaceForIt(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	want := map[uint16][]int{3000: {os.Getpid()}}
	top := t.TempDir()
	dir := func(name string, mode os.FileMode) string {
		name = filepath.Join(top, name)
		if err := errors.Join(os.Mkdir(name, 0o700), os.Chmod(name, mode)); err != nil {
			t.Fatal(err)
		}
		return name
	}
	places := map[string]string{
		"no home":             filepath.Join(top, "none", ".cache", "limen", "holders"),
		"a home open to all":  filepath.Join(dir("open", 0o777), ".cache", "limen", "holders"),
		"a file for its home": "/dev/null/limen/holders",
	}
	if os.Geteuid() == 0 {
		theirs := dir("theirs", 0o755)
		if err := os.Chown(theirs, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		places["somebody else's home"] = filepath.Join(theirs, ".cache", "limen", "holders")
		places["a directory that takes nothing"] = "/proc/self/fdinfo/holders"
	} else {
		places["a directory that takes nothing"] = filepath.Join(dir("readonly", 0o500), "holders")
	}
	for name, file := range places {
		m := mind{Reader{Memory: file, pays: 1}, t}
		for range 2 {
			if got, why := m.ask(); !cmp.Equal(got, want) || why == "" {
				t.Errorf("%s: %v; memory says %q", name, got, why)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(top, "*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestADraftThatWasLeftBehindIsInTheWayOnce(t *testing.T) {
	m := newMind(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	m.ask()
	draft := m.Memory + "." + strconv.Itoa(os.Getpid())
	if err := errors.Join(os.Remove(m.Memory), os.WriteFile(draft, []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	want := map[uint16][]int{3000: {os.Getpid()}}
	m.expect("with a draft", want, "nothing is remembered yet")
	m.expect("without it", want, "nothing is remembered yet")
	m.expect("afterwards", want, "")
}

func TestWhatIsRememberedIsNamedAmongTheSources(t *testing.T) {
	m := newMind(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	for _, want := range []limen.Source{
		{Task: limen.TaskHolders, Name: "memory", Use: limen.SourceRefused, Why: "nothing is remembered yet; it pays from 256 processes on"},
		{Task: limen.TaskHolders, Name: "memory", Use: limen.SourceServed},
	} {
		ways := report{Ways: m.Sources(t.Context())}
		if got := ways.way(t, want.Task, want.Name); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if want.Use == limen.SourceServed {
			for _, name := range []string{"bpf", "procfs"} {
				if got := ways.way(t, limen.TaskHolders, name); got.Use != limen.SourceSpare {
					t.Errorf("%+v", got)
				}
			}
		}
	}
	silent := report{Ways: Reader{}.Sources(t.Context())}.way(t, limen.TaskHolders, "memory")
	if silent.Use != limen.SourceRefused || silent.Why != "nothing is remembered for this question" {
		t.Errorf("without a file: %+v", silent)
	}
}
