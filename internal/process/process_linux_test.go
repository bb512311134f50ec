package process

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

func TestReadNamesAProgramByItsFileWhateverItIsCalled(t *testing.T) {
	for _, name := range []string{
		"a-name-much-longer-than-fifteen-bytes",
		"with spaces and (parentheses) ) S 1 1 1",
		"line\nbreak",
		`"quoted",pid=1,fd=3`,
		"\x1b[31mred\u202e",
	} {
		t.Run(name, func(t *testing.T) {
			path := copyAs(t, name)
			f := read(t, waiter(t, path, "one", ""))
			want := []string{path, "one"}
			if f.Name != name || f.Executable != path || !slices.Equal(f.Command, want) || f.Deleted {
				t.Errorf("name %q, executable %q, command %q, deleted %v;\nwant  %q, %q, %q, false",
					f.Name, f.Executable, f.Command, f.Deleted, name, path, want)
			}
			if f.Parent != os.Getpid() || f.User.UID != int64(os.Geteuid()) || f.InnerPID != 0 || f.Reparented {
				t.Errorf("parent %d, user %v, inner pid %d, reparented %v; want this test's own, 0, false",
					f.Parent, f.User, f.InnerPID, f.Reparented)
			}
		})
	}
}

func TestReadDoesNotBelieveTheFirstArgument(t *testing.T) {
	c := exec.Command(copyAs(t, "really"))
	c.Args = []string{"/usr/sbin/sshd", "-D"}
	if f := read(t, limen.ProcessID{PID: start(t, "wait", c)}); f.Name != "really" || f.Command[0] != "/usr/sbin/sshd" {
		t.Errorf("name %q, command %q", f.Name, f.Command)
	}
}

func TestReadShowsATitleAsOneArgument(t *testing.T) {
	const title = "server: master process /usr/sbin/server -g daemon off;"
	c := exec.Command(copyAs(t, "server"), strings.Repeat("x", 100), "y")
	c.Env = []string{"TITLE=" + title}
	f := read(t, limen.ProcessID{PID: start(t, "title", c)})
	if f.Name != "server" || !slices.Equal(f.Command, []string{title}) {
		t.Errorf("name %q, command %q", f.Name, f.Command)
	}
}

func TestReadTellsDeletedFilesFromFilesCalledDeleted(t *testing.T) {
	for _, test := range []struct {
		claim   string
		name    string
		change  func(t *testing.T, path string) error
		deleted bool
	}{
		{"removed", "app", func(_ *testing.T, p string) error { return os.Remove(p) }, true},
		{"replaced", "app", func(t *testing.T, p string) error { return os.Rename(copyAs(t, "new"), p) }, true},
		{"removed but for another link", "app", func(_ *testing.T, p string) error {
			return errors.Join(os.Link(p, p+"2"), os.Remove(p))
		}, true},
		{"only called so", "app (deleted)", func(*testing.T, string) error { return nil }, false},
		{"called so and removed", "app (deleted)", func(_ *testing.T, p string) error { return os.Remove(p) }, true},
		{"removed, with a decoy", "app", func(t *testing.T, p string) error {
			return errors.Join(os.Remove(p), os.Rename(copyAs(t, "decoy"), p+" (deleted)"))
		}, true},
	} {
		t.Run(test.claim, func(t *testing.T) {
			path := copyAs(t, test.name)
			id := waiter(t, path)
			if err := test.change(t, path); err != nil {
				t.Fatal(err)
			}
			if f := read(t, id); f.Deleted != test.deleted || f.Executable != path || f.Name != test.name {
				t.Errorf("deleted %v, executable %q, name %q; want %v, %q, %q",
					f.Deleted, f.Executable, f.Name, test.deleted, path, test.name)
			}
		})
	}
}

func TestReadShowsADirectoryAsItIs(t *testing.T) {
	for _, name := range []string{"$(touch x)", "\u202egpj.\u2066evil", "gone (deleted)"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(self(t))
		c.Dir = dir
		if f := read(t, limen.ProcessID{PID: start(t, "wait", c)}); f.Directory != dir {
			t.Errorf("directory %q; want %q", f.Directory, dir)
		}
		if made, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*x")); len(made) > 0 {
			t.Errorf("reading %q made %q", dir, made)
		}
	}
}

func TestReadCutsLongCommandsAndSaysSo(t *testing.T) {
	args := slices.Repeat([]string{strings.Repeat("é", 32<<10)}, 16) // 1 MiB
	f := read(t, waiter(t, self(t), args...))
	if all := strings.Join(f.Command, " "); !f.CommandCut || len(all) > commandLimit || !strings.HasSuffix(all, "éé") {
		t.Errorf("cut %v, %d bytes, ending in %q", f.CommandCut, len(all), all[len(all)-4:])
	}
	if f := read(t, waiter(t, self(t), "short")); f.CommandCut {
		t.Error("a short command is said to be cut")
	}
}

func TestReadKnowsWhenAProcessStarted(t *testing.T) {
	before := time.Now()
	f := read(t, waiter(t, self(t)))
	if d := f.Started.Sub(before); d < -2*time.Second || f.Started.After(time.Now()) {
		t.Errorf("started %v from when it was", d)
	}
	if again := read(t, f.ProcessID); !again.Started.Equal(f.Started) || f.Started.Location() != time.UTC {
		t.Errorf("started %v, and asked again %v; want the same, in UTC", f.Started, again.Started)
	}
}

func TestReadRefusesAnotherRunOfTheSameNumber(t *testing.T) {
	id := read(t, waiter(t, self(t))).ProcessID
	var r Reader
	if _, err := r.Read(id); err != nil {
		t.Error(err)
	}
	id.Birth++
	if _, err := r.Read(id); !errors.Is(err, ErrGone) {
		t.Errorf("Read: %v; want ErrGone", err)
	}
	if _, err := r.Usage(id, time.Now()); !errors.Is(err, ErrGone) {
		t.Errorf("Usage: %v; want ErrGone", err)
	}
	if _, err := r.Environ(id, "HOME"); !errors.Is(err, ErrGone) {
		t.Errorf("Environ: %v; want ErrGone", err)
	}
}

func TestReadRefusesARunThatEndsWhileItIsRead(t *testing.T) {
	root := t.TempDir()
	file := func(name string) string { return filepath.Join(root, "7", name) }
	err := errors.Join(
		os.Mkdir(filepath.Join(root, "7"), 0o755),
		os.WriteFile(file("stat"), []byte("7 (x) S 0"+strings.Repeat(" 1", 30)), 0o644),
		// Reading its arguments waits for us, so that we can end it then.
		unix.Mkfifo(file("cmdline"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		r := Reader{Root: root}
		_, err := r.Read(limen.ProcessID{PID: 7})
		read <- err
	}()
	arguments, err := os.OpenFile(file("cmdline"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(file("stat"))
	arguments.WriteString("x\x00")
	arguments.Close()
	if err := <-read; !errors.Is(err, ErrGone) {
		t.Errorf("Read: %v; want ErrGone", err)
	}
}

func TestReadRefusesWhatIsNoProcess(t *testing.T) {
	for _, pid := range []int{-1, 0, 1 << 30} {
		var r Reader
		if _, err := r.Read(limen.ProcessID{PID: pid}); !errors.Is(err, ErrGone) {
			t.Errorf("Read %d: %v; want ErrGone", pid, err)
		}
	}
}

// ended starts a process and returns once it has ended without being waited for.
func ended(t *testing.T) *exec.Cmd {
	t.Helper()
	c := exec.Command(copyAs(t, "a-name-of-more-than-15-bytes"))
	c.Env = []string{noLinger, roleKey + "=wait"} // with no standard input it ends at once
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Wait() })
	if err := unix.Waitid(unix.P_PID, c.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReadOfAZombieHasOnlyItsThreadName(t *testing.T) {
	f := read(t, limen.ProcessID{PID: ended(t).Process.Pid})
	if f.Name != "a-name-of-more-" || f.Command != nil || f.Executable != "" || f.Directory != "" || f.Parent != os.Getpid() {
		t.Errorf("facts of a zombie: %+v", f)
	}
}

func TestAnOpenRunIsGoneOnceItWasWaitedFor(t *testing.T) {
	c := ended(t)
	d, err := openDir("/proc", c.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if err := d.alive(); err != nil {
		t.Errorf("before: %v", err)
	}
	c.Wait()
	if err := d.alive(); !errors.Is(err, ErrGone) {
		t.Errorf("after: %v; want ErrGone", err)
	}
	var buf scratch
	if _, err := d.stat(&buf); !errors.Is(err, ErrGone) {
		t.Errorf("stat: %v; want ErrGone", err)
	}
}

func TestReadNamesTheTerminal(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	defer master.Close()
	number, err := unix.IoctlGetUint32(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := terminalName(136<<8 | number)
	slave, err := os.OpenFile("/dev/"+name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("/dev/pts does not belong to /dev/ptmx here: %v", err)
	}
	defer slave.Close()
	c := exec.Command(self(t))
	c.ExtraFiles = []*os.File{slave}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	f := read(t, limen.ProcessID{PID: start(t, "wait", c)})
	if f.Terminal != name || f.Session != f.PID || f.SessionGone {
		t.Errorf("terminal %q, session %d, gone %v; want %q, %d, false", f.Terminal, f.Session, f.SessionGone, name, f.PID)
	}
}

func TestReadersCanBeShared(t *testing.T) {
	var r Reader
	pids, err := r.PIDs()
	if err != nil || !slices.Contains(pids, os.Getpid()) {
		t.Fatalf("PIDs: %v, %v; want this test among them", pids, err)
	}
	facts := make([]Facts, 8)
	var all sync.WaitGroup
	for i := range facts {
		all.Go(func() {
			for _, pid := range pids {
				f, err := r.Read(limen.ProcessID{PID: pid})
				if pid == os.Getpid() {
					facts[i] = f
				}
				if err != nil && !errors.Is(err, ErrGone) {
					t.Errorf("pid %d: %v", pid, err)
				}
			}
		})
	}
	all.Wait()
	for _, f := range facts[1:] {
		if diff := cmp.Diff(facts[0], f); diff != "" {
			t.Errorf("two goroutines disagree:\n%s", diff)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	var r Reader
	for b.Loop() {
		if _, err := r.Read(limen.ProcessID{PID: os.Getpid()}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadAll is one question: a new Reader, every process once.
func BenchmarkReadAll(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var r Reader
		pids, err := r.PIDs()
		if err != nil {
			b.Fatal(err)
		}
		for _, pid := range pids {
			r.Read(limen.ProcessID{PID: pid})
		}
		b.ReportMetric(float64(len(pids)), "processes")
	}
}
