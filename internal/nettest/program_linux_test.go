package nettest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// web is what most of the programs here hold.
var web = []Spec{{Kind: Listening, Network: "tcp", Addr: "127.0.0.1:0"}}

// fact reads a line of /proc/PID/status, such as Uid.
func fact(t *testing.T, pid int, name string) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("process %d has no %s", pid, name)
	return ""
}

func link(t *testing.T, pid int, name string) string {
	t.Helper()
	to, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// sockets returns the socket numbers that a process holds.
func sockets(t *testing.T, pid int) (numbers []string) {
	t.Helper()
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:") {
			numbers = append(numbers, to)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// isGone reports whether a process has ended, or is dead and not yet buried.
func isGone(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	after := string(b[strings.LastIndexByte(string(b), ')')+1:])
	return strings.HasPrefix(after, " Z") || strings.HasPrefix(after, " X")
}

func TestAProgramIsKnownByWhatItWasGiven(t *testing.T) {
	names := []string{"web", "a rather long name", `it's "pid=1" (x)`, "two\nlines", "\x1b[31mred", "\u202egnp.exe"}
	for _, name := range names {
		t.Run(strconv.QuoteToASCII(name), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "$(touch pwned)")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			p := Program{Name: name, Args: []string{"first", "second"}, Dir: dir, Sockets: web}.Start(t)
			args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
			if err != nil {
				t.Fatal(err)
			}
			got := []string{filepath.Base(link(t, p.PID, "exe")), link(t, p.PID, "cwd"), string(args)}
			if want := []string{name, dir, "first\x00second\x00"}; !slices.Equal(got, want) {
				t.Errorf("it is %q, want %q", got, want)
			}
			if n := len(sockets(t, p.PID)); n != 1 {
				t.Errorf("it holds %d sockets, want 1", n)
			}
		})
	}
}

func TestAProgramsEnvironmentIsItsOwn(t *testing.T) {
	t.Setenv("TMUX", "the test's own")
	p := Program{Name: "web", Env: []string{"COLOUR=red"}, Sockets: web}.Start(t)
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	env := strings.Split(string(b), "\x00")
	if !slices.Contains(env, "COLOUR=red") || strings.Contains(string(b), "TMUX") {
		t.Errorf("its environment is %q", env)
	}
}

func TestWorkersShareTheirMastersSockets(t *testing.T) {
	p := Program{Name: "web", Sockets: web, Workers: 2}.Start(t)
	if len(p.Workers) != 2 {
		t.Fatalf("the workers are %v, want two", p.Workers)
	}
	want := sockets(t, p.PID)
	for _, w := range p.Workers {
		if got := sockets(t, w); !slices.Equal(got, want) || len(got) != 1 {
			t.Errorf("worker %d holds %q, its master %q", w, got, want)
		}
		if got := fact(t, w, "PPid"); got != strconv.Itoa(p.PID) {
			t.Errorf("worker %d is a child of %s, want %d", w, got, p.PID)
		}
	}
	p.Stop()
	for _, pid := range append(p.Workers, p.PID) {
		if !isGone(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
}

func TestADeletedProgramsFileIsGone(t *testing.T) {
	p := Program{Name: "web", Sockets: web, Deleted: true}.Start(t)
	if got := link(t, p.PID, "exe"); got != p.File+" (deleted)" {
		t.Errorf("its program is %q", got)
	}
	var st unix.Stat_t
	if err := unix.Stat(fmt.Sprintf("/proc/%d/exe", p.PID), &st); err != nil || st.Nlink != 0 {
		t.Errorf("its file has %d names: %v", st.Nlink, err)
	}
}

func TestAnOrphanHasLostWhoeverStartedIt(t *testing.T) {
	p := Program{Name: "web", Sockets: web, Orphan: true}.Start(t)
	if parent := fact(t, p.PID, "PPid"); parent == strconv.Itoa(os.Getpid()) {
		t.Error("it is still the test's child")
	}
	session, err := unix.Getsid(p.PID)
	if err != nil {
		t.Fatal(err)
	}
	if session == p.PID || !isGone(session) {
		t.Errorf("the leader of its session, %d, is still there", session)
	}
	p.Stop()
	if !isGone(p.PID) {
		t.Error("it outlived Stop")
	}
}

func TestADroppedProgramKeepsItsSockets(t *testing.T) {
	NeedRoot(t)
	p := Program{Name: "web", Sockets: web, User: 65534, Workers: 1}.Start(t)
	for _, pid := range append(p.Workers, p.PID) {
		if got := strings.Fields(fact(t, pid, "Uid")); got[0] != "65534" || got[1] != "65534" {
			t.Errorf("process %d runs as %s", pid, got)
		}
		if n := len(sockets(t, pid)); n != 1 {
			t.Errorf("process %d holds %d sockets", pid, n)
		}
	}
	p.Stop()
	if !isGone(p.PID) || !isGone(p.Workers[0]) {
		t.Error("it outlived Stop")
	}
}

func TestAnOrdinaryUserIsPrivateAndHisProgramsHaveNoRights(t *testing.T) {
	NeedRoot(t)
	// Where nobody can reach it; t.TempDir is closed to others.
	dir, err := os.MkdirTemp("", "nettest")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cmd := again(t, "TestSayRights", stageVar+"=", "TMPDIR="+dir)
	if err := errors.Join(copySelf(filepath.Join(dir, "again")), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Dir = filepath.Join(dir, "again"), dir
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, _, _ := strings.Cut(string(out), "\n")
	if why, isReal := strings.CutPrefix(got, "real "); isReal {
		Skip(t, "needs user namespaces for ordinary users: "+why)
	}
	if want := "private, user 65534, capabilities 0000000000000000"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestSayRights(t *testing.T) {
	if !asked() {
		return
	}
	if !Private() {
		fmt.Println("real", Why())
		return
	}
	p := Program{Name: "web", Sockets: web}.Start(t)
	uid, _, _ := strings.Cut(fact(t, p.PID, "Uid"), "\t")
	fmt.Printf("private, user %s, capabilities %s\n", uid, fact(t, p.PID, "CapEff"))
}

func TestAProgramThatCannotHoldItsSocketsSaysSo(t *testing.T) {
	taken := Bind(t, "tcp", "127.0.0.1:0")
	p := Program{Name: "web", Sockets: []Spec{{Kind: Listening, Network: "tcp", Addr: taken.Local.String()}}}
	_, err := p.start(p.install(t))
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("it said %v", err)
	}
}

// manners are all the ways in which a program can be started that bear on how
// it ends.
func manners() []Program {
	all := []Program{
		{Name: "plain", Sockets: web},
		{Name: "master", Sockets: web, Workers: 2},
		{Name: "orphan", Sockets: web, Orphan: true},
	}
	if isRoot() {
		all = append(all, Program{Name: "dropped", Sockets: web, Workers: 1, User: 65534})
	}
	return all
}

func TestLiveUntilKilled(t *testing.T) {
	if !asked() {
		return
	}
	var pids []int
	for _, p := range manners() {
		proc := p.Start(t)
		pids = append(append(pids, proc.PID), proc.Workers...)
	}
	json.NewEncoder(os.Stdout).Encode(append(pids, os.Getpid()))
	select {}
}

func TestNothingOutlivesAKilledTest(t *testing.T) {
	NeedPrivate(t)
	cmd := again(t, "TestLiveUntilKilled", stageVar+"=") // outside, so that it has a child with the tests
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &pids)
	}
	if err != nil {
		t.Fatalf("it said %q: %v", line, err)
	}
	var ends []*os.File
	for _, pid := range pids {
		f, err := openProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		ends = append(ends, f)
	}
	cmd.Process.Kill()
	cmd.Wait()
	for _, f := range ends {
		awaitEnd(f) // for good, if one is left: the test's own time limit then says so
	}
}
