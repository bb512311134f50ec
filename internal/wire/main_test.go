package wire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// What a test serves and asks for.
type (
	word struct {
		Text   string `json:"text"`
		Number int    `json:"number,omitempty"`
	}
	tally struct {
		Count int `json:"count"`
	}
)

var (
	echo    = op.Op[word, word]{Name: "echo"}
	stopper = op.Op[word, word]{Name: "stopper", Risk: op.Stops}
	counter = op.Feed[tally, tally]{Name: "count"}
)

func echoed(_ context.Context, in word) (word, error) { return in, nil }

// countFrom gives one number after another until it is told to stop.
func countFrom(ctx context.Context, from tally, next func(tally) error) error {
	for i := from.Count; ctx.Err() == nil; i++ {
		if err := next(tally{i}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

var everything = op.Table{echo.By(echoed), stopper.By(echoed), counter.By(countFrom)}

// roleVar makes the test binary another process: a word, and the path of a
// socket.
const roleVar = "LIMEN_WIRE_ROLE"

// roles are what the other process can be.
var roles = map[string]func(socket string) error{
	"serve": serveUntilKilled,
	"ask":   askOnce,
}

func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVar)]; ok {
		if err := role(os.Args[1]); err != nil {
			fmt.Println(err)
		}
		return
	}
	os.Exit(nettest.Main(m))
}

// serveUntilKilled is a limen that serves, says so, and lives as long as its
// standard input.
func serveUntilKilled(socket string) error {
	l, err := Listen(socket)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	os.Chmod(filepath.Dir(socket), 0o777) // as if somebody had opened it by mistake
	os.Chmod(socket, 0o777)
	fmt.Println("ready")
	return Serve(ctx, l, Handler(everything, nil))
}

// askOnce asks who answers for a word, and says what came of it.
func askOnce(socket string) error {
	c, err := Dial(context.Background(), socket)
	if err != nil {
		return err
	}
	defer c.Close()
	got, err := echo.On(context.Background(), c, word{Text: "hello"})
	if err == nil {
		fmt.Println(got.Text)
	}
	return err
}

// A process is this test binary in a role.
type process struct {
	*exec.Cmd
	said  *bufio.Reader
	stdin io.Closer
}

// start starts a process as a user; 0 stays who the test is. It ends with the
// test.
func start(t *testing.T, role, socket string, user int) process {
	t.Helper()
	dir := directory(t)
	must(t, os.Chmod(dir, 0o755))
	self := filepath.Join(dir, "limen")
	nettest.Install(t, self)
	p := process{Cmd: exec.Command(self, socket)}
	p.Env = []string{roleVar + "=" + role}
	p.Stderr = os.Stderr
	if user != 0 {
		p.SysProcAttr = asUser(user)
	}
	in, err := p.StdinPipe()
	must(t, err)
	out, err := p.StdoutPipe()
	must(t, err)
	must(t, p.Start())
	p.said, p.stdin = bufio.NewReader(out), in
	t.Cleanup(func() {
		in.Close()
		p.Process.Kill()
		p.Wait()
	})
	return p
}

// line returns the next line that it says.
func (p process) line(t *testing.T) string {
	t.Helper()
	s, err := p.said.ReadString('\n')
	if err != nil {
		t.Fatalf("it said %q, and then nothing: %v", s, err)
	}
	return s[:len(s)-1]
}

// directory returns a directory with a short path: that of a socket has
// hardly room for the name of a test.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wire")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// served serves a handler, and returns the path of its socket.
func served(t testing.TB, h handler) (socket string) {
	t.Helper()
	socket = filepath.Join(directory(t), "s")
	l, err := Listen(socket)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l, h, h.pace) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return socket
}

// handle returns a handler whose pace a test may change.
func handle(table op.Table, guard Guard) handler { return Handler(table, guard).(handler) }

// dialled returns a client of a socket, until the test ends.
func dialled(t testing.TB, socket string) *Client {
	t.Helper()
	p := usual
	p.parting = p.patience // a busy machine may take more than the moment that people are made to wait
	c, err := dial(t.Context(), socket, p)
	must(t, err)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

// inBothModes runs a test with the table itself, and with the table behind a
// socket.
func inBothModes(t *testing.T, table op.Table, test func(*testing.T, op.Place)) {
	t.Run("table", func(t *testing.T) { test(t, table) })
	t.Run("wire", func(t *testing.T) { test(t, dialled(t, served(t, handle(table, nil)))) })
}

// raw connects to a socket without a Client.
func raw(t *testing.T, socket string) *net.UnixConn {
	t.Helper()
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// leaves fails the test if it leaves goroutines or descriptors behind. It must
// come first.
func leaves(t *testing.T) {
	t.Helper()
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors()
	t.Cleanup(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for range 2000 { // what was closed may take a moment
			if runtime.NumGoroutine() <= goroutines && len(openDescriptors()) <= len(descriptors) {
				return
			}
			<-tick.C
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("left behind: %d goroutines where %d were, descriptors %q where %q were\n%s", runtime.NumGoroutine(), goroutines,
			openDescriptors(), descriptors, stacks[:runtime.Stack(stacks, true)])
	})
}

// openDescriptors returns what this process has open; nothing where the system
// has no directory of it.
func openDescriptors() (all []string) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			all = append(all, e.Name()+" "+to)
		}
	}
	slices.Sort(all)
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
