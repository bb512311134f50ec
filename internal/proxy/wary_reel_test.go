package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// count is how many were recorded.
func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tapes)
}

// hasBegun waits until something is recorded.
func (s *shelf) hasBegun() {
	for {
		if s.count() > 0 {
			return
		}
		<-time.After(time.Millisecond)
	}
}

// fails is an upstream that hangs up on the first request when it is recorded, and
// then does what it likes.
func fails(t *testing.T, begun func(), then func(net.Conn)) Route {
	var asked atomic.Int32
	return raw(t, func(c net.Conn) {
		r, err := http.ReadRequest(newReader(c))
		if err != nil {
			return
		}
		io.Copy(io.Discard, r.Body)
		if asked.Add(1) == 1 {
			begun()
			return
		}
		then(c)
	})
}

func TestARequestThatIsAskedAgainIsRecordedOnce(t *testing.T) {
	const put = "PUT /a HTTP/1.1\r\nhost: shop.localhost\r\nX-b: 1\r\nx-B: 2\r\n"
	for _, row := range []struct{ head, body string }{
		{"GET /a HTTP/1.1\r\nX-Z: 1\r\nHost: shop.localhost\r\n\r\n", ""},
		{put + "Content-Length: 5\r\n\r\n", "hello"},
		{put + "Transfer-Encoding: chunked\r\n\r\n", "5;x=y\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"},
	} {
		s := newShelf()
		front := standHot(t, Config{}, fails(t, s.hasBegun, func(c net.Conn) { io.WriteString(c, okay) }), nil)
		front.proxy.Record(s)
		c := front.dial(t)
		c.say(row.head + row.body)
		if status, body := c.hear("GET"); status != 200 || body != "ok" || front.long.Load() != 1 {
			t.Errorf("it is answered with %d, %q, and %d go the long way", status, body, front.long.Load())
		}
		got := s.last(t, 1)
		if s.count() != 1 || len(s.ended) > 0 || got.fault != "" || got.content.String() != "ok" || !strings.HasPrefix(got.answer.String(), "HTTP/1.1 200 OK\r\n") {
			t.Errorf("%d are recorded; %q, %q, %q", s.count(), got.answer.String(), got.content.String(), got.fault)
		}
		if got.head.String() != row.head || got.asked.String() != row.body {
			t.Errorf("asked: %q, %q", got.head.String(), got.asked.String())
		}
		c.say(getShop) // which goes the short way again
		if c.hear("GET"); s.last(t, 1).head.String() != getShop {
			t.Error("the next one is recorded as another")
		}
	}
}

func TestARequestThatIsAskedAgainToNoAvailIsRecordedOnce(t *testing.T) {
	for name, leave := range map[string]func(s shortFront, c *talk){
		"the client goes":            func(_ shortFront, c *talk) { c.Close() },
		"nobody records any longer":  func(s shortFront, _ *talk) { s.proxy.Record(nil) },
		"serving ends while it goes": func(s shortFront, _ *talk) { s.end() },
	} {
		t.Run(name, func(t *testing.T) {
			var front shortFront
			var c *talk
			s, ready := newShelf(), make(chan bool)
			front = standHot(t, Config{}, fails(t, func() {
				<-ready
				if s.hasBegun(); strings.HasPrefix(name, "nobody") {
					leave(front, c)
				}
			}, func(u net.Conn) {
				if <-ready; !strings.HasPrefix(name, "nobody") {
					leave(front, c)
					io.Copy(io.Discard, u)
				}
				io.WriteString(u, okay)
			}), nil)
			front.proxy.Record(s)
			c = front.dial(t)
			c.say(getShop)
			close(ready)
			if got := s.last(t, 1); got.fault == "" || s.count() != 1 {
				t.Errorf("%d are recorded, %q", s.count(), got.fault)
			}
			if c.Close(); len(s.ended) > 0 {
				t.Error("it has ended twice")
			}
		})
	}
}

func TestWhatIsLentIsRecordedAsItWasSent(t *testing.T) {
	const odd = "host: shop.localhost\r\nX-b: 2\r\nVIA: 1.1 x\r\nA: 1\r\nx-B:   3 \r\n"
	for _, row := range []struct{ head, body string }{
		{"GET /a?b HTTP/1.1\r\n" + odd + "\r\n", ""},
		{"POST / HTTP/1.1\r\n" + odd + "content-length: 5\r\n\r\n", "hello"},
		{"POST / HTTP/1.1\r\n" + odd + "Content-Length: 100000\r\n\r\n", strings.Repeat("0123456789", 10_000)},
		{"POST / HTTP/1.1\r\n" + odd + "Transfer-Encoding: Chunked\r\nTrailer: X-Sum\r\n\r\n", "2;a=\"b\"\r\nhe\r\n003\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n"},
		{"GET / HTTP/1.0\r\nHost: shop.localhost\r\n\r\n", ""},
		{"GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", ""},
		{"GET / HTTP/1.1\r\nHost: Nobody.localhost\r\nX: 1\r\n\r\n", ""},
	} {
		for _, piece := range []int{1000, 1 << 20} {
			front := standHot(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				io.WriteString(w, "ok")
			}), nil)
			s := watched(front.proxy)
			c := front.dial(t)
			for rest := row.head + row.body; rest != ""; {
				n := min(piece, len(rest))
				c.say(rest[:n])
				rest = rest[n:]
			}
			c.hear("GET")
			got := s.last(t, 1)
			if got.head.String() != row.head || got.asked.String() != row.body || s.count() != 1 || front.long.Load() != 1 {
				t.Errorf("%d are recorded; %q, and %d bytes of %d", s.count(), got.head.String(), got.asked.Len(), len(row.body))
			}
		}
	}
}

// What broke off must not look for ever as if it went on.
func TestAMistakeEndsWhatIsRecorded(t *testing.T) {
	s, told := newShelf(), make(chan limen.Gap, 1)
	front := standHot(t, Config{
		Tell:         func(g limen.Gap) { told <- g },
		Circumstance: func(context.Context, limen.Route) Circumstance { panic("a mistake") },
	}, raw(t, func(c net.Conn) { heard(c); s.hasBegun() }), nil)
	front.proxy.Record(s)
	c := front.dial(t)
	c.say("POST / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n") // which is not sent twice
	if got := s.last(t, 1); got.fault == "" {
		t.Error("it is recorded as whole")
	}
	c.hearEnd()
	if g := <-told; !strings.Contains(g.Why, "a mistake") {
		t.Errorf("%+v", g)
	}
}

func TestFieldsOfHTTP2AreRecordedInTheirOrder(t *testing.T) {
	for _, isLong := range []bool{false, true} {
		route := behind(t, greet)
		route.Upstream.learn(mannerUnknown, mannerPlain)
		p := New(Config{Drain: func() time.Duration { return 0 }})
		p.Set([]Route{route})
		s := watched(p)
		c := dial(t, serveFor(t, p))
		io.WriteString(c, h2Preface)
		peer := newH2Peer(t, c)
		peer.WriteSettings()
		more := []string{"x-z: 1", "accept: */*", "x-a: 2", "x-z: 3"}
		want := "X-Z: 1\r\nAccept: */*\r\nX-A: 2\r\nX-Z: 3\r\n"
		if isLong {
			more, want = append(more, "via: 1.1 x"), want+"Via: 1.1 x\r\n"
		}
		peer.get(1, more...)
		if got := s.last(t, 1).head.String(); got != "GET / HTTP/2.0\r\nHost: shop.localhost\r\n"+want+"\r\n" {
			t.Errorf("%q", got)
		}
	}
}
