package sockets

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A mind is a reader that remembers, for a test.
type mind struct {
	Reader
	t *testing.T
}

func newMind(t *testing.T) mind {
	nettest.Enter(t)
	return mind{Reader{Memory: filepath.Join(t.TempDir(), "limen", "holders"), pays: 1}, t}
}

// ask finds who holds what waits, and says why memory did not serve; "" if it
// did.
func (m mind) ask() (found map[uint16][]int, why string) {
	m.t.Helper()
	socks := read(m.t, readNetlink, Want{})
	r := m.Reader
	r.tried = func(_ limen.Task, name string, err error) {
		if name == "memory" && err != nil {
			why = err.Error()
		}
	}
	if gaps := r.FindHolders(m.t.Context(), socks); len(gaps) > 0 {
		m.t.Errorf("gaps %+v", gaps)
	}
	return holders(socks), why
}

// expect asks, and compares the holders and how why begins.
func (m mind) expect(what string, want map[uint16][]int, why string) {
	m.t.Helper()
	got, because := m.ask()
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	if !strings.HasPrefix(because, why) || (why == "") != (because == "") {
		m.t.Errorf("%s: memory says %q, want %q", what, because, why)
	}
}

// change changes what is remembered.
func (m mind) change(do func(*memory)) {
	m.t.Helper()
	old, err := readMemory(m.Memory)
	if err != nil {
		m.t.Fatal(err)
	}
	do(&old)
	if err := os.WriteFile(m.Memory, old.bytes(), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// rest starts a process that holds files and does nothing.
func rest(files ...*os.File) (*exec.Cmd, error) {
	cmd := exec.Command("sleep", "3600")
	cmd.ExtraFiles = files
	return cmd, cmd.Start()
}

// resting is rest until the test ends.
func resting(t *testing.T, files ...*os.File) (pid int, end func()) {
	t.Helper()
	nettest.Need(t, "sleep")
	cmd, err := rest(files...)
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() { cmd.Process.Kill(); cmd.Wait() })
	t.Cleanup(end)
	return cmd.Process.Pid, end
}

func TestWhatALookHasShownServesTheNext(t *testing.T) {
	m := newMind(t)
	want := held(t)
	m.expect("first", want, "nothing is remembered yet")
	m.expect("second", want, "")
	about, err := os.Stat(m.Memory)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", about, err)
	}
	if names, err := os.ReadDir(filepath.Dir(m.Memory)); err != nil || len(names) != 1 {
		t.Errorf("beside the memory lie %v, %v", names, err)
	}
}

func TestAHolderForkedAfterTheMemoryIsFound(t *testing.T) {
	m := newMind(t)
	held := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	m.ask()
	pid, _ := resting(t, held.File())
	want := []int{os.Getpid(), pid}
	slices.Sort(want)
	m.expect("with a new holder", map[uint16][]int{3000: want}, "")
}

func TestANewSocketIsLookedForEverywhere(t *testing.T) {
	m := newMind(t)
	me := []int{os.Getpid()}
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	m.ask()
	nettest.Listen(t, "tcp", "127.0.0.1:3001")
	m.expect("with a new socket", map[uint16][]int{3000: me, 3001: me}, "some of the sockets are newer")
	m.expect("again", map[uint16][]int{3000: me, 3001: me}, "")
}

func TestAQuestionAboutOneSocketDoesNotForgetTheOthers(t *testing.T) {
	m := newMind(t)
	me := []int{os.Getpid()}
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	m.ask()
	nettest.Listen(t, "tcp", "127.0.0.1:3001")
	m.FindHolders(t.Context(), read(t, readNetlink, Want{Port: 3001}))
	m.expect("about all", map[uint16][]int{3000: me, 3001: me}, "")
}

func TestAHolderThatLetGoIsNotBelieved(t *testing.T) {
	m := newMind(t)
	held := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	pid, _ := resting(t, held.File())
	m.ask()
	held.Close()
	m.expect("closed", map[uint16][]int{3000: {pid}}, "a remembered holder does not hold")
	m.expect("again", map[uint16][]int{3000: {pid}}, "")

	held = nettest.Listen(t, "tcp", "127.0.0.1:3001")
	_, end := resting(t, held.File())
	held.Close()
	m.ask()
	end()
	m.expect("ended", map[uint16][]int{3000: {pid}}, "") // its socket went with it
}

// A forerunner is a process whose number is given to another.
type forerunner struct{ *exec.Cmd }

func newForerunner() (*forerunner, error) {
	unix.CloseOnExec(inherited)
	cmd, err := rest()
	return &forerunner{cmd}, err
}

const inherited = 3 // the first of exec.Cmd's ExtraFiles

// succeed ends it, and starts a process of the same number that holds the
// inherited file. Threads have numbers of the same row, so one of ours may come
// first.
func (f *forerunner) succeed() error {
	pid, file := f.Process.Pid, os.NewFile(inherited, "inherited")
	for range 100 {
		f.end()
		if err := os.WriteFile("/proc/sys/kernel/ns_last_pid", []byte(strconv.Itoa(pid-1)), 0); err != nil {
			return err
		}
		var err error
		if f.Cmd, err = rest(file); err != nil || f.Process.Pid == pid {
			return err
		}
	}
	return fmt.Errorf("number %d is not given again", pid)
}

func (f *forerunner) end() {
	f.Process.Kill()
	f.Wait()
}

func TestAHolderWithTheNumberOfOneWhoWasSeenIsFound(t *testing.T) {
	nettest.NeedRoot(t)
	m := newMind(t)
	shared := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	r := errand{
		Mount: true, Memory: m.Memory, Reuse: true, Ways: true, files: []*os.File{shared.File()},
		flags: unix.CLONE_NEWPID | unix.CLONE_NEWNS,
	}.send(t)
	if pids := holders(r.Sockets)[3000]; len(pids) != 2 || pids[0] != 1 {
		t.Errorf("holders %v, want the errand, which is 1, and the heir", pids)
	}
	if s := r.way(t, limen.TaskHolders, "memory"); s.Use != limen.SourceServed {
		t.Errorf("memory: %+v", s)
	}
}

func TestAGripOfAnotherRunIsNotBelieved(t *testing.T) {
	m := newMind(t)
	held := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	pid, _ := resting(t, held.File())
	held.Close()
	m.ask()
	m.change(func(old *memory) {
		i := slices.IndexFunc(old.seen, func(p presence) bool { return p.pid == pid })
		old.seen[i].inode++
		old.grips[0].birth++
	})
	m.expect("with another run's grip", map[uint16][]int{3000: {pid}}, "a remembered holder does not hold")
}

func TestAMemoryOfAnotherPlaceOrTimeIsNotBelieved(t *testing.T) {
	m := newMind(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	want := map[uint16][]int{3000: {os.Getpid()}}
	for name, test := range map[string]struct {
		change func(*memory)
		why    string
	}{
		"another start":     {func(old *memory) { old.place = "another" + old.place }, "what is remembered is of another start"},
		"too old":           {func(old *memory) { old.at -= believed + time.Second }, "what is remembered is older than 2 minutes"},
		"from the future":   {func(old *memory) { old.at += time.Hour }, "what is remembered is older than 2 minutes"},
		"of few who remain": {func(old *memory) { old.seen = nil }, ""},
		"without sockets":   {func(old *memory) { old.grips = nil }, "some of the sockets are newer"},
	} {
		m.ask()
		m.change(test.change)
		if name == "of few who remain" {
			// All are strangers then: too many, or else each was looked at.
			if got, _ := m.ask(); !cmp.Equal(got, want) {
				t.Errorf("%s: %v", name, got)
			}
			continue
		}
		m.expect(name, want, test.why)
	}
}

func TestTwoAtOnceAreBothRight(t *testing.T) {
	m := newMind(t)
	want := held(t)
	socks := read(t, readNetlink, Want{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			mine := slices.Clone(socks)
			m.FindHolders(t.Context(), mine)
			if diff := cmp.Diff(want, holders(mine)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	wg.Wait()
	m.ask()
	m.expect("afterwards", want, "")
}

func TestThatSomebodyIsHiddenIsRemembered(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	home, err := os.MkdirTemp("", "limen") // t.TempDir is below a directory that nobody may enter
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	if err := os.Chown(home, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	r := errand{User: nobody, Memory: filepath.Join(home, "holders"), Ways: true}.send(t)
	if s := r.way(t, limen.TaskHolders, "memory"); s.Use != limen.SourceServed {
		t.Errorf("memory: %+v", s)
	}
	if len(r.Sockets) != 1 || r.Sockets[0].Absence != Hidden || len(r.Gaps) != 1 || r.Gaps[0].Next != "run the same command with sudo" {
		t.Errorf("%+v, gaps %+v", r.Sockets, r.Gaps)
	}
}

func TestOnALoadedMachineMemoryAndAFullLookAgree(t *testing.T) {
	nettest.Enter(t)
	nettest.Load(t, 300, 20, 200)
	m := mind{Reader{Memory: filepath.Join(t.TempDir(), "holders")}, t}
	want, _ := mind{t: t}.ask()
	if len(want) != 200 {
		t.Fatalf("%d ports are held", len(want))
	}
	m.expect("first", want, "nothing is remembered yet")
	m.expect("second", want, "")
}
