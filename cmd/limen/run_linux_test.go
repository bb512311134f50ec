package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/limenhq/limen/internal/nettest"
)

// thorough has what is tried often be tried as often as docs/performance.md says,
// and servers that take long to install.
var thorough = flag.Bool("thorough", false, "kill limen a hundred times, make 20,000 requests while it restarts a server, and try Angular and Nuxt")

// often is how often something is tried.
func often(usual, most int) int {
	if *thorough {
		return most
	}
	return usual
}

// A front is a limen that runs something, as a test started it.
type front struct {
	cmd    *exec.Cmd
	events *bufio.Scanner // of --json
}

// An event is what a test looks at of one that limen tells.
type event struct {
	Change string
	Line   *struct{ Text string }
}

// startFront starts limen in a home and a network of its own.
func startFront(t *testing.T, limen string, args ...string) *front {
	t.Helper()
	f := &front{cmd: exec.Command(limen, args...)}
	f.cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
	f.cmd.Dir = t.TempDir()
	f.cmd.Stderr = os.Stderr
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	f.events = bufio.NewScanner(out)
	f.events.Buffer(nil, 1<<20)
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = f.cmd.Process.Kill() // has ended, mostly
		_ = f.cmd.Wait()
	})
	return f
}

// until reads events until one is as wanted.
func (f *front) until(t *testing.T, want func(event) bool) event {
	t.Helper()
	for f.events.Scan() {
		var said struct{ Event event }
		if err := json.Unmarshal(f.events.Bytes(), &said); err != nil {
			t.Fatalf("%v in %q", err, f.events.Text())
		}
		if want(said.Event) {
			return said.Event
		}
	}
	t.Fatalf("limen has ended, and did not say it: %v, %v", f.events.Err(), f.cmd.Wait())
	return event{}
}

func printed(text string) func(event) bool {
	return func(e event) bool { return e.Line != nil && e.Line.Text == text }
}

// marked are the processes of this machine that have a variable.
func marked(t *testing.T, variable string) (pids []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte(variable+"\x00")) {
			pids = append(pids, filepath.Base(filepath.Dir(file)))
		}
	}
	return pids
}

// waitGone waits until no process has a variable any more.
func waitGone(t *testing.T, variable string) {
	t.Helper()
	end := time.Now().Add(time.Minute)
	for {
		left := marked(t, variable)
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v are left", left)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// family is a program with a child, a daemon that has left its session, and one
// more that ignores what asks it to end.
const family = `sleep 1000 &
setsid sh -c 'sleep 1000 & sleep 1000' &
sh -c 'trap "" TERM INT HUP; echo all there; while :; do sleep 1000; done' &
wait`

func TestKillingLimenLeavesNothingBehind(t *testing.T) {
	nettest.NeedPrivate(t)
	limen := filepath.Join(build(t), "bin", "limen")
	for i := range often(12, 100) {
		mark := fmt.Sprintf("LIMEN_TEST_MARK=%d-%d", os.Getpid(), i)
		f := startFront(t, limen, "run", "--json", "--grace", "50ms", "env", mark, "sh", "-c", family)
		f.until(t, printed("all there"))
		victim := f.cmd.Process.Pid
		if i%4 == 3 { // now and then it is the guard that is killed
			victim = guardOf(t, victim)
		}
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		waitGone(t, mark)
		_ = f.cmd.Process.Kill()
		_ = f.cmd.Wait()
	}
}

// guardOf returns the guard of a limen.
func guardOf(t testing.TB, pid int) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(f) > 1 && f[1] == strconv.Itoa(pid) {
			guard, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err != nil {
				t.Fatal(err)
			}
			return guard
		}
	}
	t.Fatalf("limen %d has no guard", pid)
	return 0
}

func TestATerminalThatClosesEndsTheProgram(t *testing.T) {
	nettest.NeedPrivate(t)
	limen := filepath.Join(build(t), "bin", "limen")
	mark := fmt.Sprintf("LIMEN_TEST_MARK=%d-tty", os.Getpid())
	cmd := exec.Command(limen, "run", "--grace", "50ms", "env", mark, "sh", "-c", "stty size; "+family)
	cmd.Env, cmd.Dir = append(os.Environ(), "HOME="+t.TempDir(), "LIMEN_DAEMON=off"), t.TempDir()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 33, Cols: 101})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // has ended, mostly
	said := bufio.NewReader(tty)
	for _, want := range []string{"33 101\r\n", "all there\r\n"} {
		if line, err := said.ReadString('\n'); err != nil || line != want {
			t.Fatalf("%q, %v; want %q", line, err, want)
		}
	}
	tty.Close()
	waitGone(t, mark)
	_ = cmd.Wait()
}

// Whoever has limen ignore that its terminal closes, as with nohup(1), wants the
// program to go on.
func TestATerminalThatClosesIsNoEndWhereThatIsIgnored(t *testing.T) {
	nettest.NeedPrivate(t)
	limen, dir := filepath.Join(build(t), "bin", "limen"), t.TempDir()
	cmd := exec.Command("sh", "-c", `trap "" HUP; exec "$@"`, "sh", limen, "run", "sh", "-c", `echo begun; until test -e go; do sleep 0.01; done; touch done`)
	cmd.Env, cmd.Dir = append(os.Environ(), "HOME="+t.TempDir(), "LIMEN_DAEMON=off"), dir
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // likewise
	if line, err := bufio.NewReader(tty).ReadString('\n'); err != nil || line != "begun\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	tty.Close()
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("limen: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "done")); err != nil {
		t.Errorf("the program has not gone on: %v", err)
	}
}

// Keys go to the program as they are typed, and Ctrl-C is its own to take.
func TestATerminalIsThePrograms(t *testing.T) {
	nettest.NeedPrivate(t)
	limen := filepath.Join(build(t), "bin", "limen")
	cmd := exec.Command(limen, "run", "sh", "-c", `trap 'echo caught; exit 7' INT; echo name; read name; echo "hello $name"; echo wait; while :; do sleep 0.05; done`)
	cmd.Env, cmd.Dir = append(os.Environ(), "HOME="+t.TempDir(), "LIMEN_DAEMON=off"), t.TempDir()
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	said := bufio.NewReader(tty)
	for _, want := range []string{"name", "world", "hello world", "wait"} {
		line, err := said.ReadString('\n')
		if strings.TrimSpace(line) != want {
			t.Fatalf("%q, %v; want %q", line, err, want)
		}
		if want == "name" {
			io.WriteString(tty, "world\r")
		}
	}
	io.WriteString(tty, "\x03")
	rest, _ := io.ReadAll(said) // ends with an error when the terminal does
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 7 || !bytes.Contains(rest, []byte("caught")) {
		t.Errorf("%v, %q", err, rest)
	}
}

// server answers one connection after the other on the socket it was given,
// and ends between two of them when it is asked to.
const server = `
import os, signal, socket
assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1"
stop = []
signal.signal(signal.SIGTERM, lambda *a: stop.append(1))
s = socket.socket(fileno=3)
s.settimeout(0.05)
while not stop:
    try:
        c, _ = s.accept()
    except TimeoutError:
        continue
    c.settimeout(10)
    c.recv(4096)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    c.close()
`

func TestARestartWithAHandedOverSocketLosesNoRequest(t *testing.T) {
	nettest.Need(t, "python3")
	nettest.NeedPrivate(t)
	bin := filepath.Join(build(t), "bin", "limen")
	f := startFront(t, bin, "run", "--json", "--socket", "--name", "web", "--port", "4000", "python3", "-c", server)
	f.until(t, func(e event) bool { return e.Change == "answered" })
	go func() { // so that limen never waits for whoever reads its events
		for f.events.Scan() {
		}
	}()
	requests := int64(often(2_000, 20_000))
	var asked, failed, starts atomic.Int64
	var load sync.WaitGroup
	for range 8 {
		load.Go(func() {
			for asked.Add(1) <= requests {
				if err := request("127.0.0.1:4000"); err != nil {
					failed.Add(1)
					t.Errorf("a request: %v", err)
				}
			}
		})
	}
	for asked.Load() < requests {
		restart := exec.Command(bin, "restart", "web")
		restart.Env, restart.Dir = f.cmd.Env, f.cmd.Dir
		if out, err := restart.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		starts.Add(1)
	}
	load.Wait()
	if n := failed.Load(); n > 0 || starts.Load() < 2 {
		t.Errorf("%d of %d requests failed in %d restarts", n, requests, starts.Load())
	}
}

// request makes one request on a connection of its own.
func request(at string) error {
	c, err := net.Dial("tcp", at)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if err == nil && !bytes.HasSuffix(answer, []byte("\r\n\r\nok")) {
		err = fmt.Errorf("it answered %q", answer)
	}
	return err
}
