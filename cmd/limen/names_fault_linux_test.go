package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// A crowd asks a name again and again.
type crowd struct {
	asked, lost, late atomic.Int64 // requests; those that failed; those that needed a second try
	stop              chan struct{}
	all               sync.WaitGroup
}

// askAll has some clients ask for a name until stopped. Each tries a request
// that failed again, for at most patience, and only then it is lost.
func askAll(h *house, clients int, url, want string, patience time.Duration) *crowd {
	c := &crowd{stop: make(chan struct{})}
	for range clients {
		client := h.client(1)
		c.all.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				default:
				}
				c.asked.Add(1)
				began := time.Now()
				for try := 0; ; try++ {
					body, err := fetchFrom(client, url)
					if err == nil && body == want {
						break
					}
					if time.Since(began) > patience {
						c.lost.Add(1)
						h.t.Errorf("lost: %q, %v", body, err)
						return
					}
					if try == 0 {
						c.late.Add(1)
					}
				}
			}
		})
	}
	h.t.Cleanup(c.end)
	return c
}

func (c *crowd) end() {
	select {
	case <-c.stop:
	default:
		close(c.stop)
	}
	c.all.Wait()
}

// more waits until so many more have been asked for.
func (c *crowd) more(t testing.TB, n int64) {
	t.Helper()
	until := c.asked.Load() + n
	eventually(t, "more requests are answered", func() bool { return c.asked.Load() >= until || c.lost.Load() > 0 })
}

// How much is tried where requests are under way.
const (
	loadClients = 4
	atOnce      = 200 // requests between two faults
)

func TestAKilledDaemonComesBackAndWhoeverTriesAgainLosesNothing(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	picked := h.limen("pick", "--name", "web")
	load := askAll(h, loadClients, "http://shop.localhost/", "here", 20*time.Second)
	times := often(3, 20)
	for range times {
		load.more(t, atOnce)
		h.kill()
		h.wake()
	}
	load.more(t, atOnce)
	load.end()
	t.Logf("killed %d times: %d requests, %d of them asked again, %d lost", times, load.asked.Load(), load.late.Load(), load.lost.Load())
	if again := h.limen("pick", "--name", "web"); again != picked {
		t.Errorf("the lease was %s, and is %s", picked, again)
	}
}

func TestAnUpstreamThatIsKilledUnderLoadLosesNoRequestThatMayBeHeld(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	port := freePort(t)
	h.limen("route", "add", "shop", port)
	folder := t.TempDir()
	write(t, filepath.Join(folder, "index.html"), "here")
	start := func() *exec.Cmd {
		c := h.command(context.Background(), "serve", folder, "--port", port, "--quiet")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := start()
	defer func() { c.Process.Kill(); c.Wait() }()
	load := askAll(h, loadClients, "http://shop.localhost/", "here", 0)
	times := often(3, 20)
	for range times {
		load.more(t, atOnce)
		c.Process.Kill()
		c.Wait() // it was killed
		c = start()
	}
	load.more(t, atOnce)
	load.end()
	t.Logf("killed %d times: %d requests, %d lost", times, load.asked.Load(), load.lost.Load())
}

func TestADaemonThatIsReplacedUnderLoadFailsNoRequest(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	load := askAll(h, loadClients, "http://shop.localhost/", "here", 0)
	single := h.client(0) // a connection for each
	var others sync.WaitGroup
	stop := make(chan struct{})
	defer others.Wait()
	halt := sync.OnceFunc(func() { close(stop) })
	defer halt()
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := fetchFrom(single, "https://shop.localhost/"); err != nil {
				t.Errorf("a new connection: %v", err)
				return
			}
		}
	})
	times := often(2, 10)
	for i := range times {
		load.more(t, atOnce)
		other := filepath.Join(t.TempDir(), fmt.Sprintf("limen%d", i), "limen")
		if err := os.MkdirAll(filepath.Dir(other), 0o755); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(h.program)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(other, text, 0o755); err != nil { // another file counts as another limen
			t.Fatal(err)
		}
		next := *h
		next.program = other
		said := next.limen("daemon", "start")
		if !strings.Contains(said, "replace") {
			t.Fatalf("limen daemon start says\n%s", said)
		}
	}
	load.more(t, atOnce)
	halt()
	others.Wait()
	load.end()
	t.Logf("replaced %d times: %d requests, %d lost", times, load.asked.Load(), load.lost.Load())
}

func TestNamesAnswerWhereNothingCanBeKept(t *testing.T) {
	nettest.NeedRoot(t)
	h := newHouse(t, itself(t), 0)
	state := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(state, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", state, "tmpfs", 0, "size=8k"); err != nil {
		nettest.Skip(t, "needs the right to mount: "+err.Error())
	}
	t.Cleanup(func() { syscall.Unmount(state, syscall.MNT_DETACH) })
	h.env = append(h.env, "XDG_STATE_HOME="+state)
	h.wake()
	project := filepath.Join(t.TempDir(), "shop")
	if err := os.MkdirAll(filepath.Join(project, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(project, "package.json"), `{"name": "shop"}`)
	c := exec.Command(nettest.Need(t, "python3"), "-m", "http.server", "--bind", "127.0.0.1", "3000") // at a port of the system's choice, a name would wait
	c.Dir, c.Env = project, []string{"PATH=" + os.Getenv("PATH")}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { c.Process.Kill(); c.Wait() }()
	client := h.client(1)
	eventually(t, "the name answers", func() bool {
		_, err := fetchFrom(client, "http://shop.localhost/package.json")
		return err == nil
	})
	if said := h.limen("daemon", "status", "--json"); !strings.Contains(said, "names for the next time") {
		t.Errorf("nothing says that nothing is kept:\n%s", said)
	}
}

func TestADaemonThatHangsDoesNotHangWhoeverAsks(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.daemon.Process.Signal(syscall.SIGSTOP)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var said bytes.Buffer
	c := h.command(ctx, "list")
	c.Stderr = &said
	if out, err := c.Output(); err != nil || !bytes.Contains(out, []byte("limen")) {
		t.Errorf("limen list beside it: %v\n%s%s", err, out, said.String())
	}
	if !strings.Contains(said.String(), "looks for itself") {
		t.Errorf("it is not told why: %q", said.String())
	}
}

func TestAnUpstreamThatHangsHarmsNoOther(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	hung, err := net.Listen("tcp", "127.0.0.1:0") // it accepts, by its queue, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	h.limen("route", "add", "hung", portOf(hung.Addr().String()))
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	var waiting sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	stuck := h.client(300)
	for range 200 {
		waiting.Go(func() {
			q, _ := http.NewRequestWithContext(ctx, "GET", "http://hung.localhost/", nil) // it parses
			if a, err := stuck.Do(q); err == nil {
				a.Body.Close()
			}
		})
	}
	load := askAll(h, loadClients, "http://shop.localhost/", "here", 0)
	load.more(t, 4*atOnce)
	load.end()
	leave()
	waiting.Wait()
}

func TestOneOfTwoDaemonsThatBeginAtOnceWins(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	for range often(2, 20) {
		var both sync.WaitGroup
		var failed atomic.Int64
		for range 4 {
			both.Go(func() {
				if out, err := h.command(t.Context(), "daemon", "start", "--json").CombinedOutput(); err != nil {
					failed.Add(1)
					t.Errorf("limen daemon start: %v\n%s", err, out)
				}
			})
		}
		both.Wait()
		said := h.begin() // another one, in the foreground
		if err := h.daemon.Wait(); err == nil {
			text, _ := io.ReadAll(said)
			t.Errorf("a second daemon ran, and said %s", text)
		}
		h.daemon = nil
		h.limen("daemon", "stop")
	}
}

func TestConnectionsLeaveNothingBehind(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	once := h.client(0)
	for _, url := range []string{"http://shop.localhost/", "https://shop.localhost/"} {
		if _, err := fetchFrom(once, url); err != nil {
			t.Fatal(err)
		}
	}
	again := h.client(1) // who comes back is carried by a loop, which has two descriptors and stays
	for range 2 {
		if _, err := fetchFrom(again, "http://shop.localhost/"); err != nil {
			t.Fatal(err)
		}
	}
	h.undisturbed()
	memory := residentIn(t, h.pid())
	n := often(200, 10_000)
	inParallel(t, n, func() error {
		_, err := fetchFrom(once, "http://shop.localhost/")
		return err
	})
	open := func(usual uint16, say string) error {
		c, err := net.Dial("tcp", h.door(usual))
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = io.WriteString(c, say)
		return err
	}
	inParallel(t, n/10, func() error { return open(80, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n") }) // answered to nobody
	inParallel(t, n/10, func() error {
		return open(80, "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 9\r\n\r\nhal")
	}) // broken off
	inParallel(t, n/10, func() error { return open(443, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") }) // of a handshake, its beginning
	inParallel(t, n/10, func() error {
		c, err := tls.Dial("tcp", h.door(443), &tls.Config{ServerName: "shop.localhost", InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			return err
		}
		return c.Close()
	})
	var slow []net.Conn
	for range min(n, 200) {
		c, err := net.Dial("tcp", h.door(80))
		if err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: sh") // and no more
	}
	if _, err := fetchFrom(once, "http://shop.localhost/"); err != nil {
		t.Errorf("beside %d that are slow: %v", len(slow), err)
	}
	for _, c := range slow {
		c.Close()
	}
	after := residentIn(t, h.pid())
	t.Logf("%d connections: resident %d KiB, then %d KiB", n, memory>>10, after>>10)
	if after > memory+64<<20 {
		t.Errorf("resident memory was %d KiB, and is %d KiB", memory>>10, after>>10)
	}
}

// inParallel does something n times, a few at once.
func inParallel(t testing.TB, n int, do func() error) {
	t.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func residentIn(t testing.TB, pid int) (bytes int64) {
	t.Helper()
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(statm), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}

func TestADaemonThatHasRunOutOfDescriptorsAnswersAgain(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake("sh", "-c", `ulimit -n 64; exec "$@"`, "sh")
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	var all []net.Conn
	for range 200 {
		c, err := net.Dial("tcp", h.door(80))
		if err != nil {
			break
		}
		all = append(all, c)
	}
	for _, c := range all {
		c.Close()
	}
	once := h.client(0)
	eventually(t, "a name is answered", func() bool {
		_, err := fetchFrom(once, "http://shop.localhost/")
		return err == nil
	})
	h.limen("daemon", "status")
}
