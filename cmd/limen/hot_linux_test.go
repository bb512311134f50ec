package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// The files named hot hold a running limen to what docs/proxy.md promises of the
// way that requests take through it: nothing is lost, doubled or kept, however
// much there is and whoever is slow.

// undisturbed fails a test after which the daemon has more sockets than it has now.
// It waits until all that ends with the test has ended.
func (h *house) undisturbed() {
	h.t.Helper()
	pid := h.pid()
	sockets, all := socketsOf(h.t, pid), descriptors(h.t, pid)
	h.t.Cleanup(func() {
		if h.t.Failed() {
			return // it is known already, and need not be waited for
		}
		defer func() {
			if h.t.Failed() {
				open, _ := exec.Command("sh", "-c", fmt.Sprintf("ls -l /proc/%d/fd; ss -tanp | grep pid=%[1]d", pid)).CombinedOutput()
				h.t.Logf("what is open:\n%s", open)
			}
		}()
		eventually(h.t, fmt.Sprintf("the daemon has no more than %d sockets and %d descriptors", sockets, all+forItself), func() bool {
			return socketsOf(h.t, pid) <= sockets && descriptors(h.t, pid) <= all+forItself
		})
	})
}

// forItself is how many descriptors a daemon may open for itself meanwhile: a
// program in the kernel, a pipe for splice(2) that the next connection takes.
const forItself = 24

// socketsOf counts the sockets of a process.
func socketsOf(t testing.TB, pid int) (n int) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd/", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if to, err := os.Readlink(dir + e.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// warm has the daemon open what it keeps open from its first requests on.
func (h *house) warm(name string) {
	h.t.Helper()
	for _, scheme := range []string{"http", "https"} {
		once := h.client(0)
		a, err := once.Get(scheme + "://" + name + ".localhost/")
		if err != nil {
			h.t.Fatal(err)
		}
		a.Body.Close()
	}
}

// byTwo is a client of HTTP/2, over one connection.
func (h *house) byTwo() *http.Client {
	at := h.door(443)
	t := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // trust is tested elsewhere
		Protocols:       new(http.Protocols), DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", at)
		},
	}
	t.Protocols.SetHTTP2(true)
	h.t.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

// A gauge reads how much memory a process has had at most.
type gauge struct {
	t      testing.TB
	pid    int
	before int64
}

// startGauge forgets what a process had at most up to now (proc_pid_clear_refs(5),
// 5).
func startGauge(t testing.TB, pid int) gauge {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	g := gauge{t: t, pid: pid}
	g.before = g.most()
	return g
}

// grown is how many bytes more a process had at most since the gauge was started.
func (g gauge) grown() int64 { return g.most() - g.before }

// most is what a process had resident at most (proc_pid_status(5), VmHWM).
func (g gauge) most() int64 {
	g.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.pid))
	if err != nil {
		g.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		g.t.Fatal(err)
	}
	return n << 10
}

// Zeros are as many bytes as are wanted, and their reader allocates none.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func zerosOf(n int64) io.Reader { return io.LimitReader(zeros{}, n) }

// A meter counts what goes by.
type meter struct {
	n   atomic.Int64
	in  io.Reader
	out io.Writer
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.in.Read(b)
	m.n.Add(int64(n))
	return n, err
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.out.Write(b)
	m.n.Add(int64(n))
	return n, err
}

// stall waits until nothing goes by any more, and returns how much has. Nobody
// tells of that, so it looks for a while; on a busy machine that may be too
// short, and then it is less.
func (m *meter) stall(t testing.TB) int64 {
	t.Helper()
	last, still := int64(0), 0
	eventually(t, "nothing moves any more", func() bool {
		now := m.n.Load()
		if still++; now == 0 || now != last {
			still = 0
		}
		last = now
		return still > 60 // a look takes 5 ms
	})
	return last
}
