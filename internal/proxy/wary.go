package proxy

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

const (
	keptRoom = 2 << 10 // bytes of a buffer that a connection keeps between requests
	keptRows = 64      // and fields
)

// A wary is a client's connection as net/http's server sees it. It lets one
// request through at a time, and of it only what could not be understood in
// another way; what comes behind is not let through before the answer has ended.
// So the server never reads a byte that nobody looked at, and an upgrade that is
// declined cannot smuggle a request. As for every connection of that server, one
// goroutine reads at a time.
type wary struct {
	net.Conn

	guest     *guest
	now       func() time.Time
	headTime  time.Duration // from the first byte of a head to its last, however it drips
	bodyTime  time.Duration // from one byte of a body to the next
	stallTime time.Duration // for taking a part of an answer
	owner     *hot          // who has lent the connection for one request; nil if nobody has
	isCounted bool          // the crowd knows already that a request is under way
	tell      func(limen.Gap)

	state waryState
	head  head
	left  uint64 // bytes of a body with a length
	parts chunks // a body in chunks

	room     []byte // what was read and not yet let through, from its beginning on: a head, or what comes after a request
	at, free int    // room[at:free] may be let through; the rest is not looked at yet
	isTimed  bool   // a head or a body is on its way, and must not take for ever
	hasEnded bool   // the client will send no more

	mu          sync.Mutex // guards what follows
	reel        reel
	deadline    time.Time     // of reading, as the server has set it
	changed     chan struct{} // closed when something here changes; nil while nobody waits for that
	isAnswering bool          // bytes of the answer are on their way
	isOpen      bool          // as waryOpen
	isRefused   bool          // an answer of our own is
	isClosed    bool
	isBack      bool // its owner has it again
}

// A waryState is what comes next.
type waryState uint8

const (
	waryHead waryState = iota
	waryBody
	waryHeld // a whole request was let through, and is being answered
	waryOpen // it has become a tunnel, or whatever its handler likes
	waryShut
)

// Read reads what may be let through. A mistake in that is not for net/http to recover
// from: it would wait for ever for the read to end.
func (c *wary) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.tell(mistake(fmt.Sprintf("what %v has asked for", c.RemoteAddr()), v))
			c.state, c.room, c.at, c.free = waryShut, nil, 0, 0
			n, err = 0, errMistake
		}
	}()
	return c.read(p)
}

func (c *wary) read(p []byte) (int, error) {
	if c.at < c.free {
		n := copy(p, c.room[c.at:c.free])
		c.at += n
		return n, nil
	}
	switch c.state {
	case waryHead:
		return c.readHead(p)
	case waryBody:
		return c.readBody(p)
	case waryHeld:
		return c.readHeld()
	case waryOpen:
		return c.readOpen(p)
	}
	return 0, io.EOF
}

// heed is told by the server what becomes of a connection.
func (c *wary) heed(s http.ConnState) {
	switch s {
	case http.StateIdle: // the request was answered, and the next may come
		c.next()
	case http.StateHijacked:
		c.open()
	}
}

// next waits for the next head. After a breach there is none, even if the server
// is content with what it got; nor is there if it saw a request end elsewhere.
func (c *wary) next() {
	if c.state != waryHeld {
		c.state, c.room, c.at, c.free = waryShut, nil, 0, 0
		return
	}
	if c.owner != nil {
		c.giveBack()
		return
	}
	c.state, c.left, c.parts = waryHead, 0, chunks{}
	if cap(c.head.fields) > keptRows {
		c.head.fields = nil
	}
	c.head.reset()
	c.room = c.room[:copy(c.room, c.room[c.free:])]
	c.at, c.free = 0, 0
	if len(c.room) == 0 && cap(c.room) > keptRoom {
		c.room = nil
	}
	c.mu.Lock()
	c.isAnswering = false
	c.mu.Unlock()
	c.guest.rest()
}

// readHead reads a whole head before it lets any of it through.
func (c *wary) readHead(p []byte) (int, error) {
	for {
		if len(c.room) > 0 {
			n, why := c.head.read(c.room)
			if why != 0 {
				return 0, c.refuse(why)
			}
			if n > 0 {
				c.begin(n)
				return c.read(p)
			}
			if !c.isTimed {
				c.isTimed = true
				c.Conn.SetReadDeadline(c.now().Add(c.headTime))
			}
		}
		if c.hasEnded {
			return 0, io.EOF
		}
		// Until a head begins there is nothing to keep, and the server's own
		// buffer is as good as one of ours.
		n, err := c.Conn.Read(p)
		c.room = append(c.room, p[:n]...)
		switch {
		case n > 0: // an error comes again
		case c.isTimed && errors.Is(err, os.ErrDeadlineExceeded):
			return 0, c.refuse(breachSlow)
		case err != nil:
			return 0, err
		}
	}
}

// begin lets a head of n bytes through.
func (c *wary) begin(n int) {
	c.at, c.free = c.head.start, n
	c.keepHead(c.room[c.head.start:n])
	c.state, c.left = waryBody, c.head.length
	if f := c.head.framing; f == framedByNothing || f == framedAsTunnel {
		c.state = waryHeld
	}
	c.untime()
	if !c.isCounted {
		c.guest.work()
	}
	c.isCounted = false
}

// readBody lets a body through, as far as it is one.
func (c *wary) readBody(p []byte) (int, error) {
	if rest := c.room[c.free:]; len(rest) > 0 {
		n, why := c.follow(rest)
		if why != 0 {
			return 0, c.refuse(why)
		}
		c.hear(rest[:n])
		c.free += n
		return c.read(p)
	}
	c.time()
	n, err := c.Conn.Read(p)
	switch {
	case n > 0: // an error comes again
	case c.isLate(err):
		return 0, c.refuse(breachStalled)
	default:
		return 0, err
	}
	of, why := c.follow(p[:n])
	if c.state == waryHeld {
		c.untime()
	}
	if why != 0 {
		return 0, c.refuse(why)
	}
	c.hear(p[:of])
	c.room = append(c.room[:0], p[of:n]...) // of what comes after
	c.at, c.free = 0, 0
	return of, nil
}

// follow returns how many of the next bytes belong to the body.
func (c *wary) follow(b []byte) (n int, why breach) {
	if c.head.framing == framedByChunks {
		n, why = c.parts.follow(b)
		if c.parts.state == chunkDone {
			c.state = waryHeld
		}
		return n, why
	}
	n = int(min(c.left, uint64(len(b))))
	if c.left -= uint64(n); c.left == 0 {
		c.state = waryHeld
	}
	return n, 0
}

// readHeld lets nothing through. The server reads while it answers only to learn
// whether the client is still there. What the client sends meanwhile is kept, up
// to a bound; for one that sends nothing there is room for one byte.
func (c *wary) readHeld() (int, error) {
	for kept := len(c.room) - c.free; kept < keptRoom && !c.hasEnded; kept = len(c.room) - c.free {
		c.room = c.room[:copy(c.room, c.room[c.free:])]
		c.at, c.free = 0, 0
		c.room = append(c.room, make([]byte, max(1, kept))...)
		n, err := c.Conn.Read(c.room[kept:])
		c.room = c.room[:kept+n]
		if n == 0 && !errors.Is(err, io.EOF) {
			return 0, err
		}
		c.hasEnded = n == 0
	}
	return 0, c.wait()
}

// A waryTLS is a wary of a connection that speaks TLS, which its server asks for
// what was agreed upon.
type waryTLS struct{ *wary }

// ConnectionState is what was agreed upon.
func (c waryTLS) ConnectionState() tls.ConnectionState { return c.Conn.(*tls.Conn).ConnectionState() }
