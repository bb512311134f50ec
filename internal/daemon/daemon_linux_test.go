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
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/wire"
)

// TestMain is the daemon itself where a test starts one.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "daemon" && os.Args[2] == "run" {
		os.Exit(serveAsDaemon(os.Args[3:]))
	}
	os.Exit(nettest.Main(m))
}

// lowFrom sets the first port of the tests' network that takes no right.
func lowFrom(t *testing.T, port string) {
	t.Helper()
	must(t, os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte(port), 0))
}

// atHome gives the test a home of its own, and ends the daemon that is left
// there.
func atHome(t *testing.T) (home string) {
	t.Helper()
	nettest.NeedPrivate(t)
	lowFrom(t, "80")                       // whoever runs the tests
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
	place, done, err := connect(t.Context(), c, devotion)
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
	_, done, come, err := Ensure(t.Context(), Config{})
	must(t, err)
	done()
	if come != nil {
		t.Errorf("there came %+v", come)
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
	awaitWord(t, other)
	if pid := asked(t, Config{}); pid != 0 {
		t.Errorf("pid %d is asked, and sees another network", pid)
	}
	if s, err := Stop(t.Context(), Config{}); !errors.Is(err, limen.Busy) || !strings.Contains(err.Error(), "it runs elsewhere") {
		t.Errorf("stopping it gives %+v, %v", s, err)
	}
	s, err := Status(t.Context(), Config{})
	if err != nil || len(s.Gaps) != 1 || !strings.Contains(s.Gaps[0].Next, "XDG_STATE_HOME") {
		t.Errorf("its status is %+v, %v", s, err)
	}
	must(t, syscall.Kill(other.Process.Pid, syscall.SIGSTOP))
	awaitStopped(t, other.Process.Pid)
	if s, err := Stop(t.Context(), Config{}); !errors.Is(err, limen.Busy) || !strings.Contains(err.Error(), "no daemon of this limen here") {
		t.Errorf("stopping it while it hangs gives %+v, %v", s, err)
	}
	must(t, syscall.Kill(other.Process.Pid, syscall.SIGCONT))
}

// awaitWord starts a program, waits until it has said something, and ends it with the
// test.
func awaitWord(t *testing.T, c *exec.Cmd) {
	t.Helper()
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	t.Cleanup(func() {
		c.Process.Kill() // has ended, where the test was about that
		c.Wait()
	})
	_, err = out.Read(make([]byte, 1))
	must(t, err)
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

func TestADaemonThatHangsIsNamedAndCanBeEnded(t *testing.T) {
	atHome(t)
	started(t, nameless)
	self, err := os.Executable()
	must(t, err)
	s := ask(t, op.Succeed, op.SucceedIn{Executable: self}) // the socket was made by another process
	pid := s.Process.PID
	must(t, syscall.Kill(pid, syscall.SIGSTOP))
	awaitStopped(t, pid)
	named := fmt.Sprintf("the daemon (pid %d) gives no sign of life", pid)
	if s, err := Status(t.Context(), Config{}); !errors.Is(err, limen.Busy) || whyOf(err) != named || nextOf(err, "") != "limen daemon stop" {
		t.Errorf("its status is %+v, %v", s, err)
	}
	if s, err := Start(t.Context(), Config{}, nameless); whyOf(err) != named {
		t.Errorf("starting one gives %+v, %v", s, err)
	}
	if s, err = Stop(t.Context(), Config{}); err != nil || s.Note != fmt.Sprintf("the daemon (pid %d), which answered nothing, has ended", pid) {
		t.Errorf("stopping it gives %+v, %v", s, err)
	}
	awaitEnd(t, pid)
	started(t, nameless) // nothing is in its way
}

func TestADaemonThatIsDeafIsKilled(t *testing.T) {
	atHome(t)
	deaf := exec.Command(os.Args[0], "daemon", "run")
	deaf.Env = append(os.Environ(), deafKey+"=1")
	awaitWord(t, deaf)
	s, err := Stop(t.Context(), Config{Grace: look})
	if err != nil || s.Note != fmt.Sprintf("the daemon (pid %d), which answered nothing, is killed", deaf.Process.Pid) {
		t.Errorf("stopping it gives %+v, %v", s, err)
	}
	started(t, nameless)
}

func TestWhoeverIsNoDaemonIsNotKilled(t *testing.T) {
	atHome(t)
	socket, err := Config{}.newHost().DaemonSocket()
	must(t, err)
	l, err := wire.Listen(socket) // it is this test
	must(t, err)
	defer l.Close()
	if s, err := Stop(t.Context(), Config{Grace: look}); !errors.Is(err, limen.Busy) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d has its socket", os.Getpid())) {
		t.Errorf("stopping it gives %+v, %v", s, err)
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

// Whoever needs a daemon starts the next one while somebody waits for the end of this one.
func TestADaemonIsGoneWhenAnotherIsInItsPlace(t *testing.T) {
	atHome(t)
	s := started(t, nameless)
	h, before := Config{}.newHost(), *s.Process
	before.Birth-- // of the same number, and another run
	must(t, awaitGone(t.Context(), h, before))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := awaitGone(ctx, h, *s.Process); !errors.Is(err, context.Canceled) {
		t.Errorf("it is said to be gone: %v", err)
	}
}

// A socket that was bound refuses whoever connects until it listens. Its limen has the
// lock by then.
func TestALimenThatIsJustBeginningKeepsItsSocket(t *testing.T) {
	atHome(t)
	h := Config{}.newHost()
	path, err := h.DaemonSocket()
	must(t, err)
	socket := filepath.Join(filepath.Dir(path), "1.sock")
	must(t, os.MkdirAll(filepath.Dir(socket), 0o700))
	lock, err := os.Create(socket + ".lock")
	must(t, err)
	must(t, unix.Flock(int(lock.Fd()), unix.LOCK_EX))
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(fd)
	must(t, unix.Bind(fd, &unix.SockaddrUnix{Name: socket}))
	isThere := func() bool {
		_, err := h.Apps(t.Context(), op.AppsIn{})
		must(t, err)
		_, err = os.Lstat(socket)
		return err == nil
	}
	if !isThere() {
		t.Error("who has asked for apps has taken it away")
	}
	must(t, lock.Close())
	if isThere() {
		t.Error("it stays, and its limen is gone")
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

// setting writes a file of settings.
func setting(t *testing.T, home, text string) {
	t.Helper()
	dir := filepath.Join(home, ".config", "limen")
	must(t, os.MkdirAll(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600))
}

func TestADaemonIsReplacedWhenItsSettingsHaveChanged(t *testing.T) {
	home := atHome(t)
	first := started(t, Terms{})
	setting(t, home, "[names]\nobserve = false\n")
	s, err := Status(t.Context(), Config{})
	must(t, err)
	if len(s.Gaps) != 1 || !strings.Contains(s.Gaps[0].Why, "they have changed") || s.Gaps[0].Next != "limen daemon start" {
		t.Errorf("before, its status has %+v", s.Gaps)
	}
	second := started(t, Terms{})
	if second.Process.PID == first.Process.PID || !strings.Contains(second.Note, "its settings have changed") || second.Observes {
		t.Errorf("the next one is %+v", second)
	}

	setting(t, home, "[names]\nobserve = 3\n")
	if s, err := Start(t.Context(), Config{}, Terms{}); err == nil || !strings.Contains(err.Error(), "config.toml") {
		t.Errorf("with settings that cannot be read, Start gave %+v, %v", s, err)
	}
	var said []string
	place, done, come, err := Ensure(t.Context(), told(&said))
	must(t, err)
	defer done()
	if come != nil || len(said) != 1 || !strings.Contains(said[0], "goes on as it is") {
		t.Errorf("with settings that cannot be read, there came %+v; told %q", come, said)
	}
	if s, err := op.Standing.On(t.Context(), place, op.StandingIn{Brief: true}); err != nil || s.Process == nil || s.Process.PID != second.Process.PID {
		t.Errorf("who is asked says %+v, %v", s, err)
	}
}

func TestADaemonStaysWhileSomebodyHasAnAddressOfItsPort(t *testing.T) {
	atHome(t)
	l, err := net.Listen("tcp4", "0.0.0.0:443") // and [::1]:443 is free
	must(t, err)
	defer l.Close()
	s := started(t, Terms{})
	if again := started(t, Terms{}); again.Process.PID != s.Process.PID {
		t.Errorf("it is replaced: %s", again.Note)
	}
	must(t, l.Close())
	next := started(t, Terms{})
	if !strings.Contains(next.Note, "its usual ports can be had now") {
		t.Errorf("as soon as the port is free: %s", next.Note)
	}
	for _, d := range next.Doors {
		if d.Why != "" || d.Next != "" {
			t.Errorf("443 is had, and %v says %q", d.Endpoint, d.Why)
		}
	}
	if again := started(t, Terms{}); again.Process.PID != next.Process.PID {
		t.Errorf("it is replaced once more: %s", again.Note)
	}
}

func TestADaemonWithFewerRightsIsNotReplacedForThose(t *testing.T) {
	nettest.NeedRoot(t) // nobody else has rights to lose
	atHome(t)
	lowFrom(t, "1024")
	poor := exec.Command(os.Args[0], "daemon", "run") // as a service with NoNewPrivileges
	poor.Env = append(os.Environ(), reportKey+"=1")
	out, err := poor.StdoutPipe()
	must(t, err)
	begun := make(chan error)
	go func() {
		runtime.LockOSThread() // until it ends: the right is gone for this thread, and what it starts
		begun <- errors.Join(unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_NET_BIND_SERVICE, 0, 0, 0), poor.Start())
	}()
	must(t, <-begun)
	defer poor.Wait()
	defer poor.Process.Signal(syscall.SIGTERM)
	_, err = out.Read(make([]byte, 1)) // it answers
	must(t, err)
	s := started(t, Terms{})
	if s.Process.PID != poor.Process.Pid || s.Doors[0].Endpoint.Port() == 443 {
		t.Errorf("it is replaced (%s), and has the doors %+v", s.Note, s.Doors)
	}
}

func TestWhatADaemonHasSaidIsKeptAndNamed(t *testing.T) {
	home := atHome(t)
	log := filepath.Join(home, ".local/state/limen/run/daemon.log")
	must(t, os.MkdirAll(filepath.Dir(log), 0o700))
	must(t, os.WriteFile(log, []byte("panic: at the disco\n"), 0o600))
	s, err := Status(t.Context(), Config{})
	if err != nil || len(s.Gaps) != 1 || !strings.HasSuffix(s.Gaps[0].Why, log) {
		t.Errorf("before the next start, the status has %+v, %v", s.Gaps, err)
	}
	started(t, nameless)
	if text, err := os.ReadFile(log + ".old"); err != nil || string(text) != "panic: at the disco\n" {
		t.Errorf("after it, there is %q, %v", text, err)
	}
	if s, err = Status(t.Context(), Config{}); err != nil || len(s.Gaps) != 1 || !strings.HasSuffix(s.Gaps[0].Why, log+".old") {
		t.Errorf("after it, the status has %+v, %v", s.Gaps, err)
	}
	if err := Run(t.Context(), Config{}, nameless); !errors.Is(err, limen.Busy) {
		t.Errorf("a second one: %v", err)
	}
	if text, err := os.ReadFile(log); err != nil || len(text) > 0 {
		t.Errorf("the log says %q, %v", text, err)
	}
}

func TestADaemonThatCrashesAtItsStartLeavesItsWords(t *testing.T) {
	home := atHome(t)
	t.Setenv(crashKey, "1")
	s, err := Start(t.Context(), Config{}, nameless)
	if log := filepath.Join(home, ".local/state/limen/run/daemon.log"); err == nil || !strings.Contains(err.Error(), "its last words are in "+log) {
		t.Errorf("Start gave %+v, %v", s, err)
	}
}

func TestWithoutADirectoryItIsSaidWhatToDo(t *testing.T) {
	for _, home := range []string{"", "/proc/1/nope"} {
		t.Run(home, func(t *testing.T) {
			atHome(t)
			t.Setenv("HOME", home)
			if s, err := Start(t.Context(), Config{}, nameless); !errors.Is(err, limen.Denied) || !strings.Contains(nextOf(err, ""), "set XDG_STATE_HOME") {
				t.Errorf("Start gave %+v, %v", s, err)
			}
		})
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
