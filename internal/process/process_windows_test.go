package process

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// roleKey makes the test binary play a process that tells its number and lives
// until its standard input ends.
const roleKey = "LIMEN_PROCESS_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleKey) != "" {
		fmt.Println(os.Getpid())
		io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

// tempDir is t.TempDir for directories that are empty in the end. Wine 8 knows
// no other way to remove one than the oldest.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "limen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	return dir
}

// start runs the test binary under another name, and returns its number once
// it runs, and what ends it.
func start(t *testing.T, name, dir string, args ...string) (pid int, end func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(tempDir(t), name)
	if err := os.WriteFile(file, b, 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(file, args...)
	c.Env, c.Dir = append(os.Environ(), roleKey+"=wait"), dir
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	end = func() { in.Close(); c.Wait() }
	t.Cleanup(func() { end(); os.Remove(file) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if pid, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
	return pid, end
}

func TestReadKnowsAProcess(t *testing.T) {
	before := time.Now()
	dir := tempDir(t)
	args := []string{"one two", `quote " and backslash \`, "日本", ""}
	pid, _ := start(t, "A Server (x).exe", dir, args...)
	f, err := new(Reader).Read(limen.ProcessID{PID: pid})
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "A Server (x)" || filepath.Base(f.Executable) != "A Server (x).exe" || !filepath.IsAbs(f.Executable) {
		t.Errorf("name %q, executable %q", f.Name, f.Executable)
	}
	if len(f.Command) == 0 || !slices.Equal(f.Command[1:], args) || f.CommandCut {
		t.Errorf("command %q, cut %v; want the arguments %q", f.Command, f.CommandCut, args)
	}
	if !sameFile(t, f.Directory, dir) {
		t.Errorf("directory %q; want %q", f.Directory, dir)
	}
	if f.Parent != os.Getpid() || len(f.Ancestors) == 0 || f.Ancestors[0].PID != os.Getpid() || f.Reparented {
		t.Errorf("parent %d, ancestors %v, reparented %v; want this test's %d", f.Parent, f.Ancestors, f.Reparented, os.Getpid())
	}
	if f.User == nil || f.User.UID != -1 || f.User.Name == "" {
		t.Errorf("user %v; want one with a name and no number", f.User)
	}
	if f.Birth == 0 || f.Started.Before(before.Add(-time.Minute)) || f.Started.After(time.Now().Add(time.Minute)) {
		t.Errorf("birth %d, started %v; want about %v", f.Birth, f.Started, before)
	}
}

// sameFile reports whether two paths lead to the same directory.
func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	x, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.Stat(b)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(x, y)
}

func TestReadRefusesARunThatIsNotTheOneMeant(t *testing.T) {
	pid, end := start(t, "server.exe", "")
	var r Reader
	f, err := r.Read(limen.ProcessID{PID: pid})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(limen.ProcessID{PID: pid, Birth: f.Birth - 1}); !errors.Is(err, ErrGone) {
		t.Errorf("another birth: %v; want ErrGone", err)
	}
	end()
	if _, err := r.Read(f.ProcessID); !errors.Is(err, ErrGone) {
		t.Errorf("after its end: %v; want ErrGone", err)
	}
}

func TestReadCutsALongCommand(t *testing.T) {
	pid, _ := start(t, "server.exe", "", strings.Repeat("x", 2*commandLimit))
	f, err := new(Reader).Read(limen.ProcessID{PID: pid})
	if err != nil || !f.CommandCut || len(strings.Join(f.Command, " ")) > commandLimit {
		t.Errorf("%d arguments, cut %v, %v; want it cut at %d", len(f.Command), f.CommandCut, err, commandLimit)
	}
}

func TestUsageCountsMemory(t *testing.T) {
	u, err := new(Reader).Usage(limen.ProcessID{PID: os.Getpid()}, time.Now())
	if err != nil || u.Memory < 1<<20 || u.CPU < 0 || u.Share < 0 {
		t.Errorf("%+v, %v; want at least a megabyte", u, err)
	}
}

func TestPIDsHaveThisProcessAndNoNothing(t *testing.T) {
	pids, err := new(Reader).PIDs()
	if err != nil || !slices.Contains(pids, os.Getpid()) || slices.Contains(pids, 0) {
		t.Errorf("%v, %v; want %d among them and not 0", pids, err, os.Getpid())
	}
}

func TestEnvironSaysThatItCannot(t *testing.T) {
	if _, err := new(Reader).Environ(limen.ProcessID{PID: os.Getpid()}, "PATH"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v; want an error of its own kind", err)
	}
}
