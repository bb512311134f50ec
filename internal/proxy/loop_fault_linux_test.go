package proxy

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/limenhq/limen"
)

// Over TLS, who reads from a client while it waits for its answer may have to write, too.
func TestWhoReadsOfAClientAtALoopWritesOnItsOwn(t *testing.T) {
	arrived, gone, told := make(chan bool), make(chan bool), make(chan limen.Gap, 10)
	config := Config{Certificate: certificate(t), Tell: func(g limen.Gap) { told <- g }}
	s := standHot(t, config, behind(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			arrived <- true
			<-r.Context().Done()
			gone <- true
			return
		}
		greet(w, r)
	}), nil)
	c := s.secret(t, "http/1.1")
	c.say(getShop)
	c.hear("GET")
	whenMoored(t, s, 1)
	c.say("GET /slow HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	<-arrived
	whenMoored(t, s, 0)                                     // somebody looks after it
	bad := "\x17\x03\x03\x00\x20" + strings.Repeat("x", 32) // a record that nobody can decrypt: an alert says so
	io.WriteString(c.Conn.(*tls.Conn).NetConn(), bad)
	<-gone
	io.ReadAll(c.in)
	select {
	case g := <-told:
		t.Errorf("told is %+v", g)
	default:
	}
}

// A mistake where no request is under way ends its connection only, too.
func TestAMistakeBetweenRequestsEndsItsOwnConnectionOnly(t *testing.T) {
	s, told := standFaulty(t, behind(t, greet), faulty{"Begin"})
	s.proxy.Record(nil)
	c := s.dial(t)
	c.say(getShop)
	c.hear("GET")
	whenMoored(t, s, 1)
	s.proxy.Record(faulty{"Begin"})
	c.say("GET /wrong HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")
	io.ReadAll(c.in) // it ends
	if g := <-told; !strings.Contains(g.Why, "a mistake in Begin") || !strings.Contains(g.What, "/wrong") {
		t.Errorf("told is %+v", g)
	}
}

// Nor does another mistake that comes of one.
func TestAMistakeThatComesOfAnotherEndsNothingElse(t *testing.T) {
	s, told := standFaulty(t, behind(t, greet), faulty{"Content, End"})
	c := s.dial(t)
	c.say(getShop)
	io.ReadAll(c.in) // it ends
	for _, where := range []string{"Content", "End"} {
		if g := <-told; !strings.Contains(g.Why, "a mistake in "+where) {
			t.Errorf("told is %+v", g)
		}
	}
	s.proxy.Record(nil)
	if res, body := ask(t, s.address, "GET", "/", nil); res.StatusCode != 200 || body != "GET /" {
		t.Errorf("the next one is answered with %s %q", res.Status, body)
	}
}

// What others want of a loop does not keep it from those who wait at it.
func TestALoopListensWhateverIsWantedOfIt(t *testing.T) {
	s := standHot(t, Config{}, behind(t, greet), nil)
	c := s.dial(t)
	c.say(getShop)
	c.hear("GET")
	whenMoored(t, s, 1)
	s.front.sorter.loops.mu.Lock()
	l := s.front.sorter.loops.all[0]
	s.front.sorter.loops.mu.Unlock()
	hasStopped := make(chan bool)
	var again func()
	again = func() {
		select {
		case <-hasStopped:
		default:
			l.post(again)
		}
	}
	l.post(again)
	defer close(hasStopped)
	for range 10 {
		c.say(getShop)
		c.hear("GET")
	}
}

// An upstream that goes on saying that it goes on leaves time for others.
func TestAnUpstreamThatAlwaysSaysMoreHoldsUpNobody(t *testing.T) {
	var said atomic.Int64
	var flow sync.Once
	flows := make(chan bool)
	s := standHot(t, Config{}, raw(t, func(c net.Conn) {
		in := newReader(c)
		for r, err := http.ReadRequest(in); err == nil; r, err = http.ReadRequest(in) {
			if r.URL.Path == "/" {
				io.WriteString(c, okay)
				continue
			}
			more := []byte(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10_000))
			for _, err := c.Write(more); err == nil; _, err = c.Write(more) {
				if said.Add(int64(len(more))) > 10<<20 {
					flow.Do(func() { close(flows) })
				}
			}
			return
		}
	}), nil)
	other, c := s.dial(t), s.dial(t)
	other.say(getShop)
	other.hear("GET")
	c.say("GET /endless HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	<-flows
	for i := range 1000 {
		before := said.Load()
		other.say(getShop)
		other.hear("GET")
		if n := said.Load() - before; n > 100<<20 {
			t.Fatalf("while the other waited for answer %d, %d bytes were read", i, n)
		}
	}
}
