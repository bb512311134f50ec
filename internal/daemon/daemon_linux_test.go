package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// TestMain is the daemon itself where a test starts one.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "daemon" && os.Args[2] == "run" {
		os.Exit(serveAsDaemon(os.Args[3:]))
	}
	os.Exit(nettest.Main(m))
}

// atHome gives the test a home of its own, and ends the daemon that is left
// there.
func atHome(t *testing.T) (home string) {
	t.Helper()
	nettest.NeedPrivate(t)
	home, err := os.MkdirTemp("", "limen") // short enough for a socket
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(home) })
	holdLifeline(t, home)
	t.Setenv("HOME", home)
	for _, name := range []string{"XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NOTIFY_SOCKET", offKey} {
		t.Setenv(name, "")
	}
	t.Cleanup(func() {
		if _, err := Stop(context.Background(), Config{}); err != nil && !errors.Is(err, limen.NotFound) {
			t.Error(err)
		}
		if log, err := os.ReadFile(filepath.Join(home, ".local/state/limen/run/daemon.log")); err == nil && len(log) > 0 {
			t.Logf("the daemon has said:\n%s", log)
		}
	})
	return home
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// nameless are the terms of a daemon that is only asked.
var nameless = Terms{Nameless: true}

func started(t *testing.T, terms Terms) limen.Standing {
	t.Helper()
	s, err := Start(t.Context(), Config{}, terms)
	must(t, err)
	return s
}

// asked returns the PID of whoever a command would ask; 0 if it is itself.
func asked(t *testing.T, c Config) int {
	t.Helper()
	place, done, err := Connect(t.Context(), "", c)
	must(t, err)
	defer done()
	s, err := op.Standing.On(t.Context(), place, op.StandingIn{Brief: true})
	must(t, err)
	if s.Process == nil {
		return 0
	}
	return s.Process.PID
}

// told takes what is to be known beside an answer.
func told(into *[]string) Config {
	return Config{Tell: func(n limen.Notice) { *into = append(*into, n.What+": "+n.Why) }}
}

func TestADaemonIsAskedAsSoonAsItRunsAndNoLonger(t *testing.T) {
	atHome(t)
	if pid := asked(t, Config{}); pid != 0 {
		t.Fatalf("pid %d is asked, and no daemon runs", pid)
	}
	s := started(t, nameless)
	if pid := asked(t, Config{}); pid != s.Process.PID {
		t.Errorf("pid %d is asked, and not the daemon (%d)", pid, s.Process.PID)
	}
	if again := started(t, nameless); again.Process.PID != s.Process.PID || again.Note != "the daemon runs already" {
		t.Errorf("a second start says %q of pid %d", again.Note, again.Process.PID)
	}
	_, err := Stop(t.Context(), Config{})
	must(t, err)
	if pid := asked(t, Config{}); pid != 0 {
		t.Errorf("pid %d is asked, and the daemon was stopped", pid)
	}
	if _, err := Stop(t.Context(), Config{}); !errors.Is(err, limen.NotFound) {
		t.Errorf("a second stop: %v; want NotFound", err)
	}
	if s, err := Status(t.Context(), Config{}); err != nil || s.Process != nil {
		t.Errorf("afterwards the status is %+v, %v", s, err)
	}
}

func TestADaemonIsNotAskedWhereNobodyWantsThat(t *testing.T) {
	atHome(t)
	started(t, nameless)
	t.Setenv(offKey, "off")
	if pid := asked(t, Config{}); pid != 0 {
		t.Errorf("pid %d is asked", pid)
	}
	_, done, started, err := Ensure(t.Context(), Config{})
	must(t, err)
	done()
	if started != nil {
		t.Errorf("pid %d was started", started.Process.PID)
	}
}

func TestADaemonWithOtherSettingsIsNotAsked(t *testing.T) {
	atHome(t)
	s := started(t, nameless)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var said []string
	if pid := asked(t, told(&said)); pid != 0 || len(said) > 0 {
		t.Errorf("pid %d is asked; told %q", pid, said)
	}
	if got, err := Start(t.Context(), Config{}, nameless); !errors.Is(err, limen.Busy) || !strings.Contains(err.Error(), "one runs already") {
		t.Errorf("Start gave %+v, %v", got, err)
	}
	now, err := Status(t.Context(), Config{})
	must(t, err)
	if now.Process.PID != s.Process.PID || len(now.Gaps) != 1 || !strings.Contains(now.Gaps[0].Why, "with other directories") {
		t.Errorf("its status is %+v", now)
	}
}

func TestADaemonInAnotherNetworkIsNotAsked(t *testing.T) {
	atHome(t)
	other := exec.Command(os.Args[0], "daemon", "run", "--no-names")
	other.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET}
	other.Env = append(os.Environ(), reportKey+"=1")
	out, err := other.StdoutPipe()
	must(t, err)
	must(t, other.Start())
	defer other.Wait()
	defer other.Process.Signal(syscall.SIGTERM)
	_, err = out.Read(make([]byte, 1)) // it answers
	must(t, err)
	if pid := asked(t, Config{}); pid != 0 {
		t.Errorf("pid %d is asked, and sees another network", pid)
	}
}

func TestADaemonThatHangsHoldsUpNobody(t *testing.T) {
	atHome(t)
	s := started(t, nameless)
	must(t, syscall.Kill(s.Process.PID, syscall.SIGSTOP))
	defer syscall.Kill(s.Process.PID, syscall.SIGCONT)
	awaitStopped(t, s.Process.PID)
	var said []string
	if pid := asked(t, told(&said)); pid != 0 || len(said) != 1 || !strings.Contains(said[0], "no sign of life") {
		t.Errorf("pid %d is asked; told %q", pid, said)
	}
}

// awaitStopped waits until no thread of a process runs.
func awaitStopped(t *testing.T, pid int) {
	t.Helper()
	for t.Context().Err() == nil {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		must(t, err)
		if !slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(file)
			return err == nil && !strings.Contains(string(text), ") T ")
		}) {
			return
		}
	}
}

func TestASecondDaemonIsRefusedAndNamesTheFirst(t *testing.T) {
	atHome(t)
	s := started(t, nameless)
	err := Run(t.Context(), Config{}, nameless)
	if want := fmt.Sprintf("a daemon runs already (pid %d)", s.Process.PID); !errors.Is(err, limen.Busy) || !strings.Contains(err.Error(), want) {
		t.Errorf("a second one: %v; want %q", err, want)
	}
}

func TestOfManyThatNeedADaemonOneStartsIt(t *testing.T) {
	atHome(t)
	pids := make(chan int)
	for range 4 {
		go func() {
			p, done, _, err := Ensure(t.Context(), Config{})
			if err != nil {
				t.Error(err)
				pids <- 0
				return
			}
			defer done()
			s, err := op.Standing.On(t.Context(), p, op.StandingIn{Brief: true})
			if err != nil || s.Process == nil {
				t.Errorf("the place says %+v, %v", s, err)
				pids <- 0
				return
			}
			pids <- s.Process.PID
		}()
	}
	first := <-pids
	for range 3 {
		if pid := <-pids; pid != first {
			t.Errorf("one asks pid %d, another one %d", first, pid)
		}
	}
}

func TestWhyADaemonDoesNotStartIsSaid(t *testing.T) {
	home := atHome(t)
	must(t, os.MkdirAll(filepath.Join(home, ".config", "limen"), 0o700))
	must(t, os.WriteFile(filepath.Join(home, ".config", "limen", "config.toml"), []byte("[names]\nobserve = 3\n"), 0o600))
	if s, err := Start(t.Context(), Config{}, Terms{}); !errors.Is(err, limen.Invalid) || !strings.Contains(err.Error(), "observe") {
		t.Errorf("Start gave %+v, %v", s, err)
	}
	if left, _ := filepath.Glob(filepath.Join(home, ".local/state/limen/run/daemon.sock*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAManagerOfServicesIsToldAndItsSocketsAreDoors(t *testing.T) {
	home := atHome(t)
	notified, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(home, "notify"), Net: "unixgram"})
	must(t, err)
	defer notified.Close()
	hears := func(want string) {
		t.Helper()
		text := make([]byte, 100)
		if n, err := notified.Read(text); err != nil || string(text[:n]) != want {
			t.Errorf("the manager heard %q, %v; want %q", text[:n], err, want)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:4443")
	must(t, err)
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	must(t, err)
	defer file.Close()

	c := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" daemon run`, os.Args[0])
	c.Env = append(os.Environ(), "LISTEN_FDS=1", "LISTEN_FDNAMES=https", "NOTIFY_SOCKET="+filepath.Join(home, "notify"))
	c.ExtraFiles = []*os.File{file}
	var said bytes.Buffer
	c.Stderr = &said
	must(t, c.Start())
	ended := make(chan error, 1)
	go func() {
		ended <- c.Wait()
		notified.Close()
	}()
	hears("READY=1")
	if t.Failed() {
		t.Fatalf("it says %q", &said)
	}
	s, err := Status(t.Context(), Config{})
	must(t, err)
	want := limen.Door{Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:4443"), Usual: 443, Grant: limen.GrantManager}
	if len(s.Doors) == 0 || s.Doors[0] != want {
		t.Errorf("its doors are %+v; want %+v among them", s.Doors, want)
	}
	must(t, c.Process.Signal(syscall.SIGTERM))
	hears("STOPPING=1")
	if err := <-ended; err != nil || said.Len() > 0 {
		t.Errorf("it ended with %v, and said %q", err, &said)
	}
}
