package proxy

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// A recorder is an upstream that answers whatever it gets, and keeps all of it.
type recorder struct {
	net.Listener

	mu   sync.Mutex // guards what follows
	took bytes.Buffer
}

// record starts an upstream that ends with its test.
func record(t *testing.T) *recorder {
	t.Helper()
	l := listen(t)
	r := &recorder{Listener: l}
	var answering sync.WaitGroup
	answering.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answering.Go(func() { r.answer(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		answering.Wait()
	})
	return r
}

// answer answers each request on a connection when it has seen the whole of it.
func (r *recorder) answer(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(io.TeeReader(c, r))
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen")
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.took.Write(p)
}

// taken is what came since it was last asked.
func (r *recorder) taken() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.took.Reset()
	return r.took.String()
}

// proxied serves a proxy whose names lead to an upstream.
func proxied(t *testing.T, to net.Addr, names ...string) *served {
	t.Helper()
	u := NewUpstream(limen.Target{Port: to.(*net.TCPAddr).AddrPort().Port()})
	t.Cleanup(u.Close)
	if isShort(t) {
		u.learn(mannerUnknown, mannerPlain)
	}
	p := New(Config{Drain: func() time.Duration { return 0 }, plain: !isShort(t)})
	var routes []Route
	for _, name := range names {
		routes = append(routes, Route{Route: limen.Route{Name: name}, Upstream: u})
	}
	p.Set(routes)
	l := listen(t)
	ctx, end := context.WithCancel(t.Context())
	s := &served{address: l.Addr().String(), end: end, ended: make(chan error, 1)}
	go func() { s.ended <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-s.ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	return s
}

func TestAnUpstreamNeverSeesWhatCouldBeUnderstoodInTwoWays(t *testing.T) {
	upstream := record(t)
	s := proxied(t, upstream.Addr(), "shop.localhost", "a")
	for _, row := range heads {
		if row.why == 0 {
			continue
		}
		c := s.dial(t)
		go io.WriteString(c, row.text+smuggled)
		if status, _ := c.hear("GET"); status != breaches[row.why].status {
			t.Errorf("%s: it is answered with %d", row.name, status)
		}
		c.hearEnd()
		if got := upstream.taken(); got != "" {
			t.Errorf("%s: the upstream gets %q", row.name, got)
		}
	}
	for _, row := range bodies {
		if row.why == 0 {
			continue
		}
		c := s.dial(t)
		go io.WriteString(c, get("Transfer-Encoding: chunked")+row.text+smuggled)
		if status, _ := c.hear("GET"); status != breaches[row.why].status {
			t.Errorf("chunks: %s: it is answered with %d", row.name, status)
		}
		c.hearEnd()
		// A body is passed on as it comes; it must not end as if it were whole.
		got := upstream.taken()
		if strings.Contains(got, "0\r\n\r\n") || strings.Contains(got, "smuggled") {
			t.Errorf("chunks: %s: the upstream gets %q", row.name, got)
		}
	}
	for _, row := range bodies {
		if row.why != 0 {
			continue
		}
		c := s.dial(t)
		c.say(get("Transfer-Encoding: chunked") + row.text)
		if status, body := c.hear("GET"); status != 200 || body != "seen" {
			t.Errorf("chunks: %s: it is answered with %d, %q", row.name, status, body)
		}
		if got := upstream.taken(); strings.Count(got, "\r\n\r\n") == 0 {
			t.Errorf("chunks: %s: the upstream gets %q", row.name, got)
		}
	}
}
