package proxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/limenhq/limen"
)

// A faulty one records, and has a mistake in one place.
type faulty struct{ where string }

func (f faulty) panics(where string) {
	if strings.Contains(f.where, where) {
		panic("a mistake in " + where)
	}
}

func (f faulty) Meet(netip.AddrPort, netip.AddrPort)        { f.panics("Meet") }
func (f faulty) Begin(time.Time, Passage, []byte) Recording { f.panics("Begin"); return f }
func (f faulty) Asked([]byte)                               { f.panics("Asked") }
func (f faulty) Answered(time.Time, []byte)                 { f.panics("Answered") }
func (f faulty) Content([]byte)                             { f.panics("Content") }
func (f faulty) Passed(int64, int64)                        {}
func (f faulty) HasEnough() bool                            { return false }
func (f faulty) Joined(time.Time)                           {}
func (f faulty) End(time.Time, string)                      { f.panics("End") }
func standFaulty(t *testing.T, r Route, f faulty) (s shortFront, told chan limen.Gap) {
	told = make(chan limen.Gap, 10)
	s = standHot(t, Config{Tell: func(g limen.Gap) { told <- g }}, r, nil)
	s.proxy.Record(f)
	return s, told
}

// A panic ends what is served where it happens, in whatever goroutine that is, and never
// the program.
func TestAMistakeEndsItsOwnConnectionOnly(t *testing.T) {
	for _, where := range []string{"Meet", "Begin", "Asked", "Answered", "Content", "End"} {
		for way, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n", "HTTP/2": ""} {
			t.Run(where+", "+way, func(t *testing.T) {
				came := make(chan bool, 10)
				s, told := standFaulty(t, raw(t, func(c net.Conn) {
					in := newReader(c)
					for r, err := http.ReadRequest(in); err == nil; r, err = http.ReadRequest(in) {
						came <- true
						if _, err := io.Copy(io.Discard, r.Body); err != nil {
							return
						}
						io.WriteString(c, okay)
					}
				}), faulty{where})
				if way == "HTTP/2" {
					askInParts(t, s.address, came)
				} else {
					c := s.dial(t)
					fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: shop.localhost\r\n%sConnection: close\r\nContent-Length: 10\r\n\r\nhello", fields)
					if where != "Meet" && (where != "Begin" || way == "short") {
						<-came
					}
					io.WriteString(c, "world")
					io.ReadAll(c.in) // it ends
				}
				if g := <-told; !strings.Contains(g.Why, "a mistake in "+where) || !strings.Contains(g.Why, "faulty.panics") {
					t.Errorf("told is %+v", g)
				}
				s.proxy.Record(nil)
				if res, body := ask(t, s.address, "POST", "/", strings.NewReader("hello")); res.StatusCode != 200 || body != "ok" {
					t.Errorf("the next one is answered with %s %q", res.Status, body)
				}
			})
		}
	}
}

// askInParts sends the second part of a body when the upstream has its beginning, or none
// gets there.
func askInParts(t *testing.T, at string, came chan bool) {
	body, more := io.Pipe()
	over := make(chan bool)
	go func() {
		defer close(over)
		r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://"+at+"/", body)
		r.Host = shop
		if res, err := h2Client(t, nil).Do(r); err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		body.Close()
	}()
	io.WriteString(more, "hello")
	select {
	case <-came:
	case <-over:
	}
	io.WriteString(more, "world")
	more.Close()
	<-over
}

func TestAMistakeInATunnelEndsThatOnly(t *testing.T) {
	for _, where := range []string{"Asked", "Content", "End"} {
		t.Run(where, func(t *testing.T) {
			s, told := standFaulty(t, echo(t), faulty{where})
			c := s.dial(t)
			fmt.Fprintf(c, hello, "/")
			read(t, c.Conn)
			io.WriteString(c, "x")
			if where == "End" {
				c.Close()
			} else {
				io.ReadAll(c.in)
			}
			if g := <-told; !strings.Contains(g.Why, "a mistake in "+where) {
				t.Errorf("told is %+v", g)
			}
		})
	}
}

// A weak connection has a mistake in a write.
type weak struct {
	plain
	good int // writes before that
}

// A plain connection lets its descriptor be seen.
type plain interface {
	net.Conn
	syscall.Conn
}

func (w *weak) Write(p []byte) (int, error) {
	if w.good--; w.good < 0 {
		panic("a mistake in Write")
	}
	return w.plain.Write(p)
}

func TestAMistakeInSendingABodyEndsItsOwnConnectionOnly(t *testing.T) {
	for way, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n", "HTTP/2": ""} {
		t.Run(way, func(t *testing.T) {
			came, told := make(chan bool, 10), make(chan limen.Gap, 10)
			route := behind(t, func(w http.ResponseWriter, r *http.Request) {
				came <- true
				io.Copy(io.Discard, r.Body)
			})
			s := standHot(t, Config{Tell: func(g limen.Gap) { told <- g }}, route, nil)
			ask(t, s.address, "GET", "/", nil)
			<-came
			route.Upstream.mu.Lock()
			one := route.Upstream.idle[0].line
			one.Conn = &weak{one.Conn.(plain), map[string]int{"short": 1, "long": 2, "HTTP/2": 2}[way]}
			route.Upstream.mu.Unlock()
			if way == "HTTP/2" {
				askInParts(t, s.address, came)
			} else {
				c := s.dial(t)
				fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: shop.localhost\r\n%sContent-Length: 10\r\n\r\nhello", fields)
				<-came
				io.WriteString(c, "world")
				io.ReadAll(c.in) // it ends
			}
			if g := <-told; !strings.Contains(g.Why, "a mistake in Write") {
				t.Errorf("told is %+v", g)
			}
			if res, _ := ask(t, s.address, "POST", "/", strings.NewReader("hello")); res.StatusCode != 200 {
				t.Errorf("the next one is answered with %s", res.Status)
			}
		})
	}
}

func TestAMistakeInReadingHTTP2EndsItsOwnConnectionOnly(t *testing.T) {
	s, told := standFaulty(t, behind(t, greet), faulty{"Begin"})
	conn := dial(t, s.address)
	io.WriteString(conn, h2Preface)
	peer := newH2Peer(t, conn)
	peer.WriteSettings()
	peer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: 1, EndHeaders: true, EndStream: true,
		BlockFragment: peer.fieldBlock(":method: GET", ":scheme: http", ":authority: shop.localhost", ":path: /", "connection: x"), // which is refused, and that recorded
	})
	peer.until("GOAWAY INTERNAL_ERROR")
	if g := <-told; !strings.Contains(g.Why, "a mistake in Begin") {
		t.Errorf("told is %+v", g)
	}
}

func TestAMistakeInWritingHTTP2EndsItsOwnConnectionOnly(t *testing.T) {
	told := make(chan limen.Gap, 10)
	client, here := net.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serveHTTP2(t.Context(), broken{here}, http.NotFoundHandler(), h2Limits{tell: func(g limen.Gap) { told <- g }})
	}()
	io.ReadAll(client) // it ends
	<-ended
	if g := <-told; !strings.Contains(g.Why, "a mistake in Write") {
		t.Errorf("told is %+v", g)
	}
}

// A broken connection has a mistake in each write.
type broken struct{ net.Conn }

func (broken) Write([]byte) (int, error) { panic("a mistake in Write") }
