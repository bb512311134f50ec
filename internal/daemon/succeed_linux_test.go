package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// upstream is a server that says hello, and echoes over a connection that was
// upgraded. It returns its port.
func upstream(t *testing.T) uint16 {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" {
			io.WriteString(w, "hello")
			return
		}
		c, b, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		io.Copy(c, b)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().(*net.TCPAddr).AddrPort().Port()
}

// ask carries out a verb where a command would.
func ask[In, Out any](t *testing.T, verb op.Op[In, Out], in In) Out {
	t.Helper()
	place, done, err := connect(t.Context(), Config{Tell: func(n limen.Notice) { t.Logf("%s: %s", n.What, n.Why) }}, starting)
	must(t, err)
	defer done()
	out, err := verb.On(t.Context(), place, in)
	must(t, err)
	return out
}

// shop names an upstream.
func shop(t *testing.T) {
	t.Helper()
	ask(t, op.Route, op.RouteIn{Name: "shop", Target: limen.Target{Port: upstream(t)}})
}

// visit asks for the shop at the door of HTTP.
func visit(ctx context.Context, c *http.Client) error {
	return visitAt(ctx, c, "http://127.0.0.1:80", "shop.localhost")
}

func visitAt(ctx context.Context, c *http.Client, door, name string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, door, nil)
	if err != nil {
		return err
	}
	r.Host = name
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && string(text) != "hello" {
		err = fmt.Errorf("%s: %.200q", answer.Status, text)
	}
	return err
}

// A longLine is a connection to the shop that stays.
type longLine struct {
	net.Conn
	r *bufio.Reader
}

func openLine(t *testing.T) *longLine {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:80")
	must(t, err)
	t.Cleanup(func() { c.Close() })
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
	l := &longLine{c, bufio.NewReader(c)}
	answer, err := http.ReadResponse(l.r, nil)
	must(t, err)
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("the shop answers %s", answer.Status)
	}
	return l
}

// echoes says something, and hears it.
func (l *longLine) echoes(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(l, text+"\n"); err != nil {
		t.Error(err)
	}
	if got, err := l.r.ReadString('\n'); err != nil || got != text+"\n" {
		t.Errorf("the line says %q, %v; want %q", got, err, text)
	}
}

// awaitEnd waits until a process is no more: its pidfd can be read then
// (pidfd_open(2)).
func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	must(t, err)
	defer unix.Close(fd)
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
	}
	must(t, err)
}

func TestADaemonIsReplacedAndNothingIsDropped(t *testing.T) {
	atHome(t)
	s := started(t, Terms{})
	shop(t)
	line := openLine(t)
	line.echoes(t, "before")

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var visitors sync.WaitGroup
	var visits atomic.Int64
	for i := range 4 {
		c := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
		visitors.Go(func() {
			defer c.CloseIdleConnections()
			for ctx.Err() == nil {
				if err := visit(ctx, c); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
				visits.Add(1)
			}
		})
	}
	first := s.Process.PID
	pids := []int{first}
	for i := range 3 {
		self, err := os.Executable()
		must(t, err)
		before := visits.Load()
		s = ask(t, op.Succeed, op.SucceedIn{Executable: self})
		if slices.Contains(pids, s.Process.PID) || len(s.Doors) != 4 || s.Doors[0].Grant != limen.GrantInherited {
			t.Errorf("the next one is %+v", s)
		}
		pids = append(pids, s.Process.PID)
		if pid := asked(t, Config{}); pid != s.Process.PID {
			t.Errorf("pid %d is asked, and not the one after it (%d)", pid, s.Process.PID)
		}
		line.echoes(t, fmt.Sprintf("after %d", i+1))
		for visits.Load() < before+200 && !t.Failed() {
			line.echoes(t, "meanwhile")
		}
	}
	stop()
	visitors.Wait()
	t.Logf("%d visits", visits.Load())
	awaitEnd(t, pids[1]) // it carries nothing any more
	awaitEnd(t, pids[2])
	line.echoes(t, "at the end")
	_, err := Stop(t.Context(), Config{})
	must(t, err)
	awaitEnd(t, first) // it was told
	if _, err := line.r.ReadByte(); err == nil {
		t.Error("the line is open, and all have ended")
	}
}

// The doors for devices of the network are not handed over: they are open while a
// route is for those.
func TestADaemonThatTakesOverAnswersTheNetworkToo(t *testing.T) {
	atHome(t)
	at := nettest.Address(t, "192.0.2.7/24")
	started(t, Terms{})
	ask(t, op.Route, op.RouteIn{Name: "shop", Target: limen.Target{Port: upstream(t)}, LAN: true})
	door := "http://" + netip.AddrPortFrom(at, 80).String()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	await := func() {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), starting)
		defer stop()
		for {
			err := visitAt(ctx, c, door, "shop.local")
			if err == nil {
				return
			}
			select {
			case <-time.After(look):
			case <-ctx.Done():
				t.Fatal(err)
			}
		}
	}
	await()
	self, err := os.Executable()
	must(t, err)
	ask(t, op.Succeed, op.SucceedIn{Executable: self})
	await()
}

// Whoever has the system ask limen for names has written down a port.
func TestADaemonThatTakesOverAnswersDNSWhereTheOneBeforeDid(t *testing.T) {
	atHome(t)
	started(t, Terms{})
	server := func() *limen.Endpoint { return ask(t, op.Resolve, op.ResolveIn{Name: "shop"}).Server }
	first := server()
	if first == nil {
		t.Fatal("nobody answers DNS")
	}
	self, err := os.Executable()
	must(t, err)
	for range 3 { // each may come before the one before it has had the port
		ask(t, op.Succeed, op.SucceedIn{Executable: self})
	}
	ctx, stop := context.WithTimeout(t.Context(), starting)
	defer stop()
	next := server()
	for ; next == nil; next = server() {
		select {
		case <-time.After(look):
		case <-ctx.Done():
			t.Fatal("nobody answers DNS any more")
		}
	}
	if *next != *first {
		t.Errorf("it answers at %v, and the one before at %v", next, first)
	}
}

func TestADaemonThatNobodyCanReplaceGoesOn(t *testing.T) {
	atHome(t)
	s := started(t, Terms{})
	shop(t)
	for program, why := range map[string]string{
		"/bin/false": "ended at once", "/nowhere/at/all": "no such file", "limen": "no absolute path", "/tmp": "no program",
	} {
		place, done, err := Connect(t.Context(), "", Config{})
		must(t, err)
		got, err := op.Succeed.On(t.Context(), place, op.SucceedIn{Executable: program})
		if err == nil || !strings.Contains(err.Error(), "cannot replace the daemon") || !strings.Contains(err.Error(), why) {
			t.Errorf("by %s it is replaced: %+v, %v; want %q", program, got, err, why)
		}
		done()
		must(t, visit(t.Context(), http.DefaultClient))
		if pid := asked(t, Config{}); pid != s.Process.PID {
			t.Errorf("pid %d is asked, and not the daemon (%d)", pid, s.Process.PID)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), starting)
	defer stop()
	for left := unburied(t, s.Process.PID); left != 0; left = unburied(t, s.Process.PID) {
		select {
		case <-time.After(look):
		case <-ctx.Done():
			t.Fatalf("pid %d has ended, and nobody has asked how", left)
		}
	}
}

// unburied returns a child of a process that has ended, and was not asked how; 0 if there
// is none.
func unburied(t *testing.T, parent int) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	must(t, err)
	for _, file := range all {
		stat, _ := os.ReadFile(file)                  // it may be gone
		_, rest, _ := strings.Cut(string(stat), ") ") // proc_pid_stat(5): state and parent follow the name
		if strings.HasPrefix(rest, fmt.Sprintf("Z %d ", parent)) {
			pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
			return pid
		}
	}
	return 0
}

func TestADaemonThatIsKilledComesBackWithAllThatWasKept(t *testing.T) {
	atHome(t)
	started(t, Terms{})
	shop(t)
	ask(t, op.Pick, op.PickIn{Name: "api", Directory: t.TempDir()})
	names := func() (all []string) {
		for _, r := range ask(t, op.Routes, op.RoutesIn{}).Routes {
			all = append(all, r.Name+" "+r.Target.String())
		}
		return all
	}
	leases := func() (all []string) {
		for _, l := range ask(t, op.Leases, op.LeasesIn{}).Leases {
			all = append(all, fmt.Sprintf("%s %d", l.Name, l.Port))
		}
		return all
	}
	wantNames, wantLeases := names(), leases()
	if len(wantNames) != 1 || len(wantLeases) != 1 {
		t.Fatalf("there are the names %q and the leases %q; want one each", wantNames, wantLeases)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var load sync.WaitGroup
	defer load.Wait()
	defer stop()
	for range 2 {
		load.Go(func() {
			c := &http.Client{Transport: &http.Transport{}}
			defer c.CloseIdleConnections()
			for ctx.Err() == nil {
				if visit(ctx, c) != nil { // the daemon was killed
					<-time.After(time.Millisecond)
				}
			}
		})
	}
	for range 20 {
		pid := asked(t, Config{})
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		awaitEnd(t, pid)
		s := started(t, Terms{})
		if s.Process.PID == pid || len(s.Doors) != 4 || s.Doors[0].Grant != limen.GrantSystem {
			t.Fatalf("after pid %d was killed, the daemon is %+v", pid, s)
		}
		must(t, visit(t.Context(), http.DefaultClient))
		if got := leases(); !slices.Equal(got, wantLeases) {
			t.Fatalf("the leases are %q; there were %q", got, wantLeases)
		}
	}
	if got := names(); !slices.Equal(got, wantNames) {
		t.Errorf("the names are %q; there were %q", got, wantNames)
	}
}

func TestAGateThatIsLeftIsEmptyWhenItsLastConnectionHasEnded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	g := newGate(l)
	taken, ended := make(chan net.Conn, 1), make(chan error, 1)
	go func() { // as a server does
		for {
			c, err := g.Accept()
			if err != nil {
				ended <- err
				return
			}
			taken <- c
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	defer c.Close()
	inside := <-taken
	g.Leave()
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("a gate that was left takes another connection")
	}
	select {
	case <-g.empty:
		t.Error("the gate is empty, and one is inside")
	case err := <-ended:
		t.Errorf("who serves heard %v, and one is inside", err)
	default:
	}
	must(t, inside.Close())
	<-g.empty
	inside.Close() // which lets nobody out a second time
	must(t, ignoreClosed(g.Close()))
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("who serves heard %v", err)
	}
}

// A server that was busy with its last connection asks for the next one when
// the gate is left, and may be empty, already.
func TestAGateThatIsLeftStaysEmptyForWhoComesLate(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	g := newGate(l)
	g.Leave()
	<-g.empty
	g.Leave() // which is nothing more
	ended := make(chan error)
	go func() {
		_, err := g.Accept()
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Errorf("who serves heard %v before the gate was closed", err)
	case <-time.After(20 * time.Millisecond):
	}
	must(t, ignoreClosed(g.Close()))
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("who serves heard %v", err)
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
