package proxy

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// tapedMost is how much of a body a shelf keeps.
const tapedMost = 1 << 20

// A shelf keeps tapes.
type shelf struct {
	mu    sync.Mutex // guards what follows
	met   int
	tapes []*taped
	ended chan bool // gets one for each that has ended
}

type taped struct {
	shelf                        *shelf
	from                         Passage
	head, asked, answer, content strings.Builder
	passed                       [2]int64
	fault                        string
}

func (s *shelf) Meet(netip.AddrPort, netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.met++
}

func (s *shelf) Begin(_ time.Time, from Passage, head []byte) Recording {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &taped{shelf: s, from: from}
	t.head.Write(head)
	s.tapes = append(s.tapes, t)
	return t
}

func (t *taped) Asked(b []byte)                 { t.asked.Write(b) }
func (t *taped) Answered(_ time.Time, b []byte) { t.answer.Write(b) }
func (t *taped) Content(b []byte)               { t.content.Write(b) }
func (t *taped) Passed(asked, content int64)    { t.passed[0] += asked; t.passed[1] += content }
func (t *taped) HasEnough() bool                { return t.content.Len() >= tapedMost }
func (t *taped) Joined(time.Time)               {}
func (t *taped) End(_ time.Time, fault string) {
	t.fault = fault
	t.shelf.ended <- true
}

func newShelf() *shelf { return &shelf{ended: make(chan bool, 100)} }

// watched has a shelf keep what goes through.
func watched(p *Proxy) *shelf {
	s := newShelf()
	p.Record(s)
	return s
}

// last waits until as many have ended, and returns the last one.
func (s *shelf) last(t *testing.T, n int) *taped {
	t.Helper()
	for range n {
		select {
		case <-s.ended:
		case <-time.After(20 * time.Second):
			t.Fatal("none ends")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tapes[len(s.tapes)-1]
}

func TestTheShortWayIsRecordedAsItGoes(t *testing.T) {
	for name, row := range map[string]struct {
		text, answer            string
		asked, content, in, out string
	}{
		"a length": {
			"POST /a HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhello", okay,
			"hello", "ok", "Content-Length: 5\r\n", "Content-Length: 2\r\n",
		},
		"chunks": {
			"POST /a HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Y: 1\r\n\r\n",
			"5;x\r\nhello\r\n0\r\n\r\n", "2\r\nok\r\n0\r\nX-Y: 1\r\n\r\n", "chunked", "chunked",
		},
		"nothing": {"HEAD /a HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", okay[:len(okay)-2], "", "", "HEAD /a", "Content-Length: 2\r\n"},
	} {
		for _, piece := range []int{1, 1 << 20} {
			t.Run(name, func(t *testing.T) {
				s := standHot(t, Config{}, says(t, row.answer), nil)
				shelf := watched(s.proxy)
				c := s.dial(t)
				for rest := row.text; rest != ""; {
					n := min(piece, len(rest))
					c.say(rest[:n])
					rest = rest[n:]
				}
				c.hear(strings.Fields(row.text)[0])
				got := shelf.last(t, 1)
				if shelf.count() != 1 || shelf.met != 1 || got.fault != "" || got.from.Route == nil || !got.from.Client.IsValid() {
					t.Errorf("%d are recorded, of %d clients, %q, %+v", shelf.count(), shelf.met, got.fault, got.from)
				}
				head, _, _ := strings.Cut(row.text, "\r\n\r\n")
				if got.head.String() != head+"\r\n\r\n" || got.asked.String() != row.asked || !strings.Contains(got.head.String(), row.in) {
					t.Errorf("asked: %q, %q", got.head.String(), got.asked.String())
				}
				if got.content.String() != row.content || !strings.Contains(got.answer.String(), row.out) || !strings.HasSuffix(got.answer.String(), "\r\n\r\n") {
					t.Errorf("answered: %q, %q", got.answer.String(), got.content.String())
				}
			})
		}
	}
}

func TestAnAnswerThatBreaksOffIsRecordedWithWhy(t *testing.T) {
	s := standHot(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
	}), nil)
	shelf := watched(s.proxy)
	c := s.dial(t)
	c.say("POST / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if b, _ := io.ReadAll(c.in); !strings.HasSuffix(string(b), "hel") {
		t.Errorf("the client gets %q", b)
	}
	if got := shelf.last(t, 1); got.fault == "" || got.content.String() != "hel" {
		t.Errorf("%q, %q", got.fault, got.content.String())
	}
}

// What is lent is recorded by who it is lent to.
func TestARequestThatIsLentIsRecordedOnce(t *testing.T) {
	s := standHot(t, Config{}, behind(t, greet), nil)
	shelf := watched(s.proxy)
	c := s.dial(t)
	for i, fields := range []string{"", "Via: 1.1 x\r\n", ""} {
		c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n" + fields + "\r\n")
		c.hear("GET")
		if shelf.last(t, 1); shelf.count() != i+1 {
			t.Errorf("after %d, %d are recorded", i+1, shelf.count())
		}
	}
}
