package probe

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A server is a real one, as its makers or a distribution ship it, that a test
// starts for itself. In texts, {dir} stands for a directory of its own, {port}
// for its port, and {addr} for its address and port.
type server struct {
	Program string            // its name; the test is skipped where it is missing
	Args    []string          // its arguments
	Env     []string          // its environment, besides PATH and HOME
	Files   map[string]string // files to put into its directory first
	Root    bool              // it is started as root, where the test is; else as nobody
	UDP     bool              // it waits for datagrams, so that its port says nothing
	Ready   string            // what it writes once it is ready; empty means once its port is taken
	Before  [][]string        // programs to be run first, as the same user, such as one that makes a database
}

// identified is what a target is taken for. Where that was not found out in time, it
// is given ten times as much: a machine may be too busy for what is tried out.
func identified(t testing.TB, target Target) (limen.Service, error) {
	t.Helper()
	s, err := Identify(t.Context(), target)
	if err != nil {
		t.Logf("there was too little time: %v", err)
		target.calm = 10
		s, err = Identify(t.Context(), target)
	}
	return s, err
}

// nobody is the user that servers run as where the test is root.
const nobody = 65534

// nextPort is where freePort looks next: below the ports that the system gives
// to clients. One of those may just have been a client's, and what is left of
// its connection keeps a server out that does not set SO_REUSEADDR.
var nextPort atomic.Int32

const firstPort = 22001 // in a range where few are usual for anything

// freePort returns an address on loopback with a port that nobody has, and
// that no test had before.
func freePort(t testing.TB) netip.AddrPort {
	t.Helper()
	for {
		port := firstPort + nextPort.Add(1)
		if port > 30000 {
			t.Fatal("no port is free")
		}
		at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
		if l, err := net.Listen("tcp", at.String()); err == nil {
			l.Close()
			return at
		}
	}
}

// start starts the server on a free port, returns once it is there, and ends
// it with the test. What it wrote is shown if the test fails.
func (s server) start(t testing.TB) Target {
	t.Helper()
	return s.startAt(t, freePort(t))
}

// startAt is start on a port of one's own choice.
func (s server) startAt(t testing.TB, at netip.AddrPort) Target {
	t.Helper()
	program := nettest.Need(t, s.Program)
	if s.Root && os.Geteuid() != 0 {
		nettest.Skip(t, s.Program+" starts only as root")
	}
	runtime.LockOSThread() // Linux ends the server with the thread that started it
	t.Cleanup(runtime.UnlockOSThread)
	dir := s.home(t)
	fill := strings.NewReplacer("{dir}", dir, "{port}", strconv.Itoa(int(at.Port())), "{addr}", at.String())
	for name, text := range s.Files {
		s.put(t, filepath.Join(dir, name), fill.Replace(text))
	}
	for _, before := range s.Before {
		cmd := s.command(dir, nettest.Need(t, before[0]), before[1:], fill)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", before, err, out)
		}
	}
	cmd := s.command(dir, program, s.Args, fill)
	output := &written{until: s.Ready, ready: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		s.stop(cmd, ended)
		if t.Failed() {
			t.Logf("%s wrote:\n%s", s.Program, output)
		}
	})
	if err := s.await(at, output, ended); err != nil {
		t.Fatalf("%s: %v\n%s", s.Program, err, output)
	}
	transport := limen.TCP
	if s.UDP {
		transport = limen.UDP
	}
	return Target{Endpoint: limen.Endpoint{Transport: transport, Addr: at}}
}

// home makes a directory that is the server's own.
func (s server) home(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if s.drops() {
		os.Chmod(filepath.Dir(dir), 0o755) // which is the test's alone otherwise
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (s server) drops() bool { return os.Geteuid() == 0 && !s.Root }

// put writes a file of the server's.
func (s server) put(t testing.TB, file, text string) {
	t.Helper()
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.drops() {
		os.Chown(dir, nobody, nobody)
		os.Chown(file, nobody, nobody)
	}
}

// command makes a command in dir, in a process group of its own.
func (s server) command(dir, program string, args []string, fill *strings.Replacer) *exec.Cmd {
	cmd := exec.Command(program)
	for _, a := range args {
		cmd.Args = append(cmd.Args, fill.Replace(a))
	}
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C"}
	for _, e := range s.Env {
		cmd.Env = append(cmd.Env, fill.Replace(e))
	}
	cmd.SysProcAttr = serverAttr(s.drops())
	return cmd
}

// stop ends the server and all it started, and waits until it is gone.
func (s server) stop(cmd *exec.Cmd, ended chan struct{}) {
	signalGroup(cmd.Process, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
	}
	signalGroup(cmd.Process, syscall.SIGKILL) // also what outlives its master
	<-ended
}

// await waits until the server is there.
func (s server) await(at netip.AddrPort, output *written, ended chan struct{}) error {
	late := time.After(30 * time.Second)
	if s.Ready != "" {
		select {
		case <-output.ready:
			return nil
		case <-ended:
			return errEnded
		case <-late:
			return fmt.Errorf("it did not write %q", s.Ready)
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if isTaken(at, s.UDP) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ended:
			return errEnded
		case <-late:
			return fmt.Errorf("nothing is at %v", at)
		}
	}
}

// written is what a server writes.
type written struct {
	until string
	ready chan struct{}

	mu     sync.Mutex // guards what follows
	isDone bool
	buffer bytes.Buffer
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buffer.String()
}

// Write keeps b.
func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.Write(b)
	if !w.isDone && w.until != "" && bytes.Contains(w.buffer.Bytes(), []byte(w.until)) {
		w.isDone = true
		close(w.ready)
	}
	return len(b), nil
}

// ask has the named probe speak to the target alone.
func ask(t testing.TB, p Probe, target Target) limen.Service {
	t.Helper()
	s, ok := speak(t, p, target, p.TLS)
	if !ok {
		t.Fatalf("%s: not recognised", p.Name)
	}
	return s
}

var errEnded = errors.New("it ended")
