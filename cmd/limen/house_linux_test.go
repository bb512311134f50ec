package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// A house is a home whose daemon answers for names in the network of the tests.
type house struct {
	t       testing.TB
	program string
	env     []string
	user    uint32 // who lives there; 0 is whoever runs the tests

	daemon   *exec.Cmd
	standing standing // what the daemon said when it began
}

// A standing is what a test looks at of what a daemon says of itself.
type standing struct {
	Process struct{ PID int }
	Doors   []struct {
		Endpoint string
		Usual    uint16
	}
}

// newHouse makes a home for a user. The daemon is started by wake.
func newHouse(t testing.TB, program string, user uint32) *house {
	t.Helper()
	nettest.NeedPrivate(t)
	home, err := os.MkdirTemp("", "limen") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	if user != 0 {
		nettest.NeedRoot(t)
		if err := os.Chown(home, int(user), int(user)); err != nil {
			t.Fatal(err)
		}
	}
	h := &house{t: t, program: program, user: user, env: []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0",
	}}
	t.Cleanup(h.end)
	return h
}

// itself installs the test binary as limen.
func itself(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "limen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // for other users, too
		t.Fatal(err)
	}
	file := filepath.Join(dir, "limen")
	nettest.Install(t, file)
	return file
}

// command is a limen of whoever lives there.
func (h *house) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, h.program, args...)
	c.Env, c.Dir = h.env, "/"
	if h.user != 0 {
		runAs(c, h.user)
	}
	return c
}

// limenTime is more than any question takes, on whatever machine.
const limenTime = time.Minute

// limen has a limen do something, which must succeed, and returns what it said.
func (h *house) limen(args ...string) string {
	h.t.Helper()
	ctx, end := context.WithTimeout(h.t.Context(), limenTime)
	defer end()
	c := h.command(ctx, args...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGQUIT) } // then it says what it waits for
	c.WaitDelay = 5 * time.Second
	out, err := c.Output()
	if err != nil {
		said := ""
		if e, ok := err.(*exec.ExitError); ok {
			said = string(e.Stderr)
		}
		h.t.Fatalf("limen %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(out)
}

// begin starts the daemon, and returns at once. What it is started by goes
// before it.
func (h *house) begin(before ...string) io.Reader {
	h.t.Helper()
	words := append(before, h.program, "daemon", "run", "--json")
	h.daemon = exec.Command(words[0], words[1:]...)
	h.daemon.Env, h.daemon.Dir, h.daemon.Stderr = h.env, "/", os.Stderr
	if h.user != 0 {
		runAs(h.daemon, h.user)
	}
	out, err := h.daemon.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.daemon.Start(); err != nil {
		h.t.Fatal(err)
	}
	return out
}

// wake starts the daemon, and returns when it answers.
func (h *house) wake(before ...string) {
	h.t.Helper()
	out := h.begin(before...)
	h.standing = standing{}
	if err := json.NewDecoder(out).Decode(&h.standing); err != nil {
		h.t.Fatalf("the daemon says nothing: %v, %v", err, h.daemon.Wait())
	}
	go io.Copy(io.Discard, out) // until it ends; it says nothing more
}

// kill ends the daemon at once, as nothing else can.
func (h *house) kill() {
	h.t.Helper()
	h.daemon.Process.Kill()
	h.daemon.Wait() // it was killed
	h.daemon = nil
}

// end ends the daemon, if it runs, and whoever has taken over.
func (h *house) end() {
	if h.daemon != nil {
		h.daemon.Process.Signal(syscall.SIGCONT) // it may be stopped
		h.daemon.Process.Signal(syscall.SIGTERM)
		h.daemon.Wait() // how it ends is tested elsewhere
	}
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	_ = h.command(ctx, "daemon", "stop").Run() // none runs, mostly
}

// pid is that of the daemon.
func (h *house) pid() int { return h.standing.Process.PID }

// door is where names are answered.
func (h *house) door(usual uint16) string {
	h.t.Helper()
	for _, d := range h.standing.Doors {
		if d.Usual == usual {
			return strings.TrimPrefix(d.Endpoint, "tcp/")
		}
	}
	h.t.Fatalf("there is no door for %d: %+v", usual, h.standing)
	return ""
}

// client asks for names, whatever they resolve to. It keeps as many connections
// as it is told.
func (h *house) client(connections int) *http.Client {
	plain, secret := h.door(80), h.door(443)
	t := &http.Transport{
		MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableKeepAlives: connections == 0,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // trust is tested elsewhere
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			at := plain
			if strings.HasSuffix(address, ":443") {
				at = secret
			}
			return (&net.Dialer{}).DialContext(ctx, "tcp", at)
		},
	}
	h.t.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t, Timeout: time.Minute}
}

// fetchFrom returns what a name answers; an answer other than 200 is an error.
func fetchFrom(c *http.Client, url string) (string, error) {
	a, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s: %.200s", url, a.Status, body)
	}
	return string(body), err
}

// startUpstream serves text at a port until the test ends.
func startUpstream(t testing.TB, at, text string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	// So that nobody keeps a connection for long that nothing comes over.
	s := &http.Server{IdleTimeout: time.Second, ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) })}
	t.Cleanup(func() { s.Close() })
	go s.Serve(l) // until it is closed
	return l.Addr().String()
}

// portOf is the port of an address, as it is typed.
func portOf(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
