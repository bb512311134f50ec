package proxy

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// A hesitant connection is one on which something happens just before it is written to.
type hesitant struct {
	socket
	before func()
}

func (h *hesitant) Write(p []byte) (int, error) {
	if h.before != nil {
		h.before()
		h.before = nil
	}
	return h.socket.Write(p)
}

// hesitate has something happen between the look at a connection that waits, and its use.
func hesitate(t *testing.T, u *Upstream, before func(one *tether)) {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.idle) != 1 {
		t.Fatalf("%d connections wait", len(u.idle))
	}
	one := u.idle[0]
	one.ear = ear{}
	one.line.Conn = &hesitant{one.line.Conn.(socket), func() { before(one) }}
}

// A request that must not be sent twice is sent again where the upstream has certainly
// not heard it, and only there.
func TestAPostIsSentAgainOnlyWhereItWasNotHeard(t *testing.T) {
	for name, row := range map[string]struct {
		isBroken bool // by a reset, which may also be that of one who has read all
		status   int
	}{
		"the upstream hangs up first": {false, 200},
		"it breaks off first":         {true, 200}, // nothing could be sent any more
	} {
		for _, way := range []string{"short", "long", "HTTP/2", "HTTP/2, with a body"} {
			t.Run(name+", "+way, func(t *testing.T) {
				var posts atomic.Int32
				hangUp := make(chan bool)
				route := raw(t, func(c net.Conn) {
					in := newReader(c)
					for {
						r, err := http.ReadRequest(in)
						if err != nil {
							return
						}
						if io.Copy(io.Discard, r.Body); r.Method == "POST" {
							posts.Add(1)
						}
						if io.WriteString(c, okay); r.Method == "GET" {
							<-hangUp
							if row.isBroken {
								c.(*net.TCPConn).SetLinger(0)
							}
							return
						}
					}
				})
				s := standHot(t, Config{}, route, nil)
				c := &http.Client{Transport: &http.Transport{DisableCompression: true}}
				if strings.HasPrefix(way, "HTTP/2") {
					c = h2Client(t, nil)
				}
				defer c.CloseIdleConnections()
				var fields []string
				if way == "long" {
					fields = []string{"Via", "1.1 x"}
				}
				askBy(t, c, "GET", "http://"+s.address+"/", nil, fields...)
				hesitate(t, route.Upstream, func(one *tether) {
					close(hangUp)
					becomes(t, func() bool { return !one.isQuiet(one.since) })
				})
				var post io.Reader = strings.NewReader("hello")
				if way == "HTTP/2" {
					post = http.NoBody
				}
				res, body := askBy(t, c, "POST", "http://"+s.address+"/", post, fields...)
				if res.StatusCode != row.status || posts.Load() != 1 {
					t.Errorf("%s after %d were heard: %s", res.Status, posts.Load(), body)
				}
			})
		}
	}
}

func TestWhatIsSentIsUnheardOnlyIfNothingOfItWasTaken(t *testing.T) {
	for name, row := range map[string]struct {
		end       func(c net.Conn)
		isUnheard bool
	}{
		"it hangs up before":            {func(c net.Conn) { c.Close() }, true},
		"it closes its side, and takes": {func(c net.Conn) { c.(*net.TCPConn).CloseWrite(); heard(c) }, false},
		"it takes, and hangs up":        {func(c net.Conn) { heard(c) }, false},
		"it takes, and breaks off":      {func(c net.Conn) { heard(c); c.(*net.TCPConn).SetLinger(0) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			u, one := tied(t, func(c net.Conn) {
				heard(c)
				io.WriteString(c, nothingToSay)
				row.end(c)
			})
			answered(t, u, one)
			behind := one.sent.Load()
			if row.isUnheard {
				becomes(t, func() bool { return !one.isQuiet(one.since) })
			}
			io.WriteString(one, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
			_, err := one.readHead([]byte("POST"))
			if got := err == io.EOF && one.isUnheard(behind); got != row.isUnheard {
				t.Errorf("%v, with %v", got, err)
			}
		})
	}
}
