package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// free is a port of loopback that nobody listens at.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func listenAt(t testing.TB, at string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func serveOn(t testing.TB, l net.Listener, h http.HandlerFunc) *http.Server {
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(l)
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return s
}

// whenHeld calls a function once n requests wait for an upstream.
func whenHeld(u *Upstream, n int, do func()) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
			u.mu.Lock()
			waiting := u.waiting
			u.mu.Unlock()
			if waiting >= n {
				tick.Stop()
				do()
				return
			}
		}
	}()
	return func() { <-done }
}

func TestARequestWaitsForItsUpstream(t *testing.T) {
	for _, method := range []string{"GET", "PUT", "POST"} {
		place := free(t)
		route := lead(t, place)
		at := stand(t, Config{Patience: time.Minute}, route)
		wait := whenHeld(route.Upstream, 1, func() {
			serveOn(t, listenAt(t, place), func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				w.Write(b)
			})
		})
		var body io.Reader
		if method != "GET" {
			body = io.LimitReader(strings.NewReader(strings.Repeat("hello", 100_000)), 500_000)
		}
		res, got := ask(t, at, method, "/", body)
		wait()
		if res.StatusCode != 200 || body != nil && len(got) != 500_000 {
			t.Errorf("%s: %s, %d bytes", method, res.Status, len(got))
		}
	}
}

func TestPointWakesWhoWaits(t *testing.T) {
	to, _ := limen.ParseTarget("container:shop-db-1:80")
	u := NewUpstream(to)
	at := stand(t, Config{Patience: time.Minute}, leadTo(t, u))
	wait := whenHeld(u, 1, func() {
		l := listenAt(t, "127.0.0.1:0")
		serveOn(t, l, func(w http.ResponseWriter, r *http.Request) {})
		u.Point(limen.Endpoint{Transport: limen.TCP, Addr: addrPort(t, l)})
	})
	if res, _ := ask(t, at, "GET", "/", nil); res.StatusCode != 200 {
		t.Error(res.Status)
	}
	wait()
}

func TestLookIsAskedOnceBeforeARequestWaits(t *testing.T) {
	to, _ := limen.ParseTarget("container:shop-db-1:80")
	u := NewUpstream(to)
	var looks atomic.Int32
	at := stand(t, Config{Patience: time.Minute, Look: func(_ context.Context, host string) {
		looks.Add(1)
		l := listenAt(t, "127.0.0.1:0")
		serveOn(t, l, func(w http.ResponseWriter, r *http.Request) {})
		u.Point(limen.Endpoint{Transport: limen.TCP, Addr: addrPort(t, l)})
	}}, leadTo(t, u))
	if res, _ := ask(t, at, "GET", "/", nil); res.StatusCode != 200 || looks.Load() != 1 {
		t.Error(res.Status, looks.Load())
	}
}

func TestPatienceEnds(t *testing.T) {
	at := stand(t, Config{Patience: time.Millisecond}, lead(t, free(t)))
	if res, body := ask(t, at, "GET", "/", nil); res.StatusCode != http.StatusBadGateway {
		t.Error(res.Status, body)
	}
}

func TestWhoLeavesStopsWaiting(t *testing.T) {
	route := lead(t, free(t))
	at := stand(t, Config{Patience: time.Hour}, route)
	ctx, leave := context.WithCancel(t.Context())
	wait := whenHeld(route.Upstream, 1, leave)
	r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+at+"/", nil)
	r.Host = shop
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	wait()
	for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
		route.Upstream.mu.Lock()
		waiting := route.Upstream.waiting
		route.Upstream.mu.Unlock()
		if waiting == 0 {
			tick.Stop()
			return
		}
	}
}

func TestNotMoreThanSoManyWait(t *testing.T) {
	route := lead(t, free(t))
	route.Upstream.waiting = mostWaiting
	at := stand(t, Config{Patience: time.Hour}, route)
	if res, _ := ask(t, at, "GET", "/", nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Error(res.Status)
	}
}

// An upstream that closes a connection without a word may have done what was
// asked: only what may be done twice is sent again.
func TestOnlyWhatMayBeDoneTwiceIsSentTwice(t *testing.T) {
	for _, row := range []struct {
		method string
		body   int
		sends  int32
	}{
		{"GET", 0, 2}, {"PUT", mostKept, 2}, {"PUT", mostKept + 1, 1}, {"DELETE", 0, 2}, {"POST", 5, 1}, {"PATCH", 5, 1},
	} {
		var sends atomic.Int32
		at := stand(t, Config{}, raw(t, func(c net.Conn) {
			r, err := http.ReadRequest(newReader(c))
			if err != nil {
				return
			}
			n, _ := io.Copy(io.Discard, r.Body)
			if sends.Add(1) > 1 {
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Length: %d\r\n\r\n", n)
			}
		}))
		res, _ := ask(t, at, row.method, "/", bytes.NewReader(make([]byte, row.body)))
		switch {
		case sends.Load() != row.sends:
			t.Errorf("%s with %d: sent %d times", row.method, row.body, sends.Load())
		case row.sends == 2 && res.Header.Get("X-Length") != fmt.Sprint(row.body):
			t.Errorf("%s with %d: the second had %s", row.method, row.body, res.Header.Get("X-Length"))
		case row.sends == 1 && res.StatusCode != http.StatusBadGateway:
			t.Errorf("%s: %s", row.method, res.Status)
		}
	}
}

func TestAPoisonousRequestIsNotSentForEver(t *testing.T) {
	var sends atomic.Int32
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		first := make([]byte, 3)
		if io.ReadFull(c, first); string(first) == "GET" { // and not the hello of TLS, which is tried once
			sends.Add(1)
		}
	}))
	if res, _ := ask(t, at, "GET", "/", nil); res.StatusCode != http.StatusBadGateway || sends.Load() != mostSends {
		t.Errorf("%s after %d", res.Status, sends.Load())
	}
}

func TestARestartUnderLoadLosesNothingThatMayBeHeld(t *testing.T) {
	place := free(t)
	route := lead(t, place)
	at := stand(t, Config{Patience: time.Minute}, route)
	answer := func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }
	start := func() *http.Server { return serveOn(t, listenAt(t, place), answer) }

	now := start()
	stop := make(chan struct{})
	var asked, lost atomic.Int64
	var asking sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	for i := range 8 {
		asking.Go(func() {
			method := []string{"GET", "PUT"}[i%2]
			for {
				select {
				case <-stop:
					return
				default:
				}
				r, _ := http.NewRequest(method, "http://"+at+"/", strings.NewReader("hello"))
				r.Host = shop
				res, err := client.Do(r)
				asked.Add(1)
				if err != nil {
					lost.Add(1)
					t.Error(err)
					continue
				}
				body, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != 200 || string(body) != "hello" {
					lost.Add(1)
					t.Errorf("%s %q %v", res.Status, body, err)
				}
			}
		})
	}
	for range 20 {
		for before := asked.Load(); asked.Load() < before+50 && lost.Load() == 0; {
			<-time.After(time.Millisecond)
		}
		if lost.Load() > 0 {
			break
		}
		now.Close() // which ends connections in the middle of requests
		whenHeld(route.Upstream, 1, func() { now = start() })()
	}
	close(stop)
	asking.Wait()
	t.Logf("%d asked, %d lost", asked.Load(), lost.Load())
}

func TestPlacesAreReachedOverLoopback(t *testing.T) {
	for _, row := range []struct{ listens, reached string }{
		{"127.0.0.1:1", "[127.0.0.1:1]"}, {"0.0.0.0:1", "[127.0.0.1:1]"}, {"[::]:1", "[[::1]:1 127.0.0.1:1]"}, {"192.168.1.7:1", "[192.168.1.7:1]"},
	} {
		if got := fmt.Sprint(reachable(netip.MustParseAddrPort(row.listens))); got != row.reached {
			t.Errorf("%s: %s", row.listens, got)
		}
	}
}
