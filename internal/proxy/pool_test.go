package proxy

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// tied is an upstream that gives each connection to a function, and a tether to it.
func tied(t *testing.T, talk func(net.Conn)) (*Upstream, *tether) {
	t.Helper()
	u := raw(t, talk).Upstream
	one, err := u.take(t.Context(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.cut)
	return u, one
}

// answered has been asked once, and is given back.
func answered(t *testing.T, u *Upstream, one *tether) {
	t.Helper()
	io.WriteString(one, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	n, err := one.readHead([]byte("GET"))
	if err != nil {
		t.Fatal(err)
	}
	one.skip(n)
	u.give(one)
}

const nothingToSay = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// saysOnce answers once, and then does what it is told.
func saysOnce(then func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		heard(c)
		io.WriteString(c, nothingToSay)
		then(c)
	}
}

func keepOpen(c net.Conn) { io.Copy(io.Discard, c) }

func TestTheConnectionThatWaitedLeastIsTaken(t *testing.T) {
	u, one := tied(t, saysOnce(keepOpen))
	two, err := u.take(t.Context(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	answered(t, u, one)
	answered(t, u, two)
	for _, want := range []*tether{two, one} {
		if got, err := u.take(t.Context(), "", true); got != want || err != nil {
			t.Errorf("another one, %v", err)
		}
	}
	two.end()
}

// What is sent there would be lost, and must not be sent again.
func TestAConnectionThatItsUpstreamHasEndedIsNotTaken(t *testing.T) {
	for name, end := range map[string]func(net.Conn){
		"by its end":    func(c net.Conn) { c.Close() },
		"by a reset":    func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() },
		"by more words": func(c net.Conn) { io.WriteString(c, nothingToSay); keepOpen(c) },
	} {
		t.Run(name, func(t *testing.T) {
			now := make(chan bool)
			u, one := tied(t, saysOnce(func(c net.Conn) { <-now; end(c) }))
			answered(t, u, one)
			if !one.isQuiet(time.Now()) {
				t.Error("it has ended before its end")
			}
			close(now)
			becomes(t, func() bool { return !one.isQuiet(time.Now()) })
			if other, err := u.take(t.Context(), "", true); err != nil || other == one {
				t.Errorf("taken again; %v", err)
			} else {
				other.end()
			}
		})
	}
}

// becomes waits for what comes from another process, or from the kernel.
func becomes(t *testing.T, is func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("it never was")
		}
	}
}

func TestWhatCameUnaskedIsNobodysAnswer(t *testing.T) {
	u, one := tied(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, nothingToSay+nothingToSay)
		keepOpen(c)
	})
	answered(t, u, one)
	if len(u.idle) > 0 {
		t.Error("the connection is kept")
	}
}

func TestAConnectionIsNotUsedAgainWhereTheUpstreamHasMoved(t *testing.T) {
	u, one := tied(t, saysOnce(keepOpen))
	answered(t, u, one)
	two, err := u.take(t.Context(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	u.Point(limen.Endpoint{Transport: limen.TCP, Addr: either(1)[0]})
	u.give(two)
	if len(u.idle) > 0 {
		t.Error("it is kept")
	}
}

func TestConnectionsThatWaitAreBoundedAndReaped(t *testing.T) {
	u, one := tied(t, saysOnce(keepOpen))
	all := []*tether{one}
	for len(all) <= mostIdle {
		next, err := u.take(t.Context(), "", false)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, next)
	}
	for _, one := range all {
		answered(t, u, one)
	}
	if len(u.idle) != mostIdle {
		t.Errorf("%d are kept", len(u.idle))
	}
	later := time.Now().Add(reapAfter)
	u.now = func() time.Time { return later }
	if u.reap(); len(u.idle) != mostIdle {
		t.Errorf("after some seconds %d of them", len(u.idle))
	}
	u.idle[3].line.Conn.(interface{ CloseWrite() error }).CloseWrite() // which has the other end close it
	becomes(t, func() bool { return !u.idle[3].isQuiet(later) })
	if u.reap(); len(u.idle) != mostIdle-1 {
		t.Errorf("%d after one has ended", len(u.idle))
	}
	later = later.Add(longestIdle)
	if u.reap(); len(u.idle) != 0 || u.reaper != nil {
		t.Errorf("%d in the end", len(u.idle))
	}
}

// Node ends a connection that was idle for five seconds, and others much sooner.
func TestPostsAreNotLostToConnectionsThatEnd(t *testing.T) {
	var got atomic.Int32
	route := raw(t, func(c net.Conn) {
		for range 2 {
			r, err := http.ReadRequest(newReader(c))
			if err != nil {
				return
			}
			io.Copy(io.Discard, r.Body)
			got.Add(1)
			io.WriteString(c, nothingToSay)
		}
	})
	at := stand(t, Config{}, route)
	for i := range 20 {
		if res, body := ask(t, at, "POST", "/", strings.NewReader("hello")); res.StatusCode != 200 {
			t.Fatalf("%d: %s %s", i, res.Status, body)
		}
		if i%2 == 1 {
			route.Upstream.mu.Lock()
			all := slices.Clone(route.Upstream.idle)
			route.Upstream.mu.Unlock()
			for _, one := range all {
				becomes(t, func() bool { return !one.isQuiet(time.Now()) })
			}
		}
	}
	if got.Load() != 20 {
		t.Errorf("%d have come", got.Load())
	}
}

func TestAServerWithSeveralNamesIsAskedForEachOnItsOwnConnections(t *testing.T) {
	var names []string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		names = append(names, fmt.Sprint(r.TLS.ServerName, r.TLS.DidResume))
	}))
	var opened atomic.Int32
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { opened.Add(1); return nil, nil }}
	s.StartTLS()
	t.Cleanup(s.Close)
	one := lead(t, "https://"+s.Listener.Addr().String())
	two := one
	two.Name = "other.localhost"
	at := stand(t, Config{}, one, two)
	for range 2 {
		ask(t, at, "GET", "/", nil)
		ask(t, at, "GET", "/", nil, "Host", two.Name)
	}
	if fmt.Sprint(names) != "[shop.localhostfalse other.localhostfalse shop.localhostfalse other.localhostfalse]" || opened.Load() != 2 {
		t.Errorf("%v, on %d connections", names, opened.Load())
	}
}
