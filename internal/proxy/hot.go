package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
)

// A hot is the short way of one client's requests of HTTP/1.1, nearly all of which
// need nothing but another head: one goroutine reads a head, looks up its route,
// writes the head anew to a connection that the upstream has ready, and passes the
// bodies on as they come. What needs more is lent to the long way, which is that of
// net/http, and the connection comes back when it was answered.
type hot struct {
	ctx    context.Context // ends when requests are cut off
	proxy  *Proxy
	sorter *sorter
	guest  *guest
	conn   net.Conn             // the guest, or TLS over it
	secret *tls.ConnectionState // nil in the clear
	client netip.AddrPort       // invalid if it has none, as over a Unix socket
	here   netip.AddrPort       // its end on this side; only known where somebody records

	in    []byte // what came of the client and is not done with, from a head on
	head  head
	fates []fate // of the head's fields
	told  account

	covered string // the host that the connection was found to be made for, last

	// What follows is about the request under way.
	said       []byte // its head, and what had come with it; it stays where it is
	route      *Route
	tether     *tether
	sent, got  int64 // what the tether had taken and given before
	out        []byte
	asked      freight // the request's body
	given      freight // the answer's
	givenFates []fate
	hint       string // see heedRefusal
	isLast     bool   // the connection ends behind the answer
	sends      int    // how often it was sent to no avail, on a connection of its own
	reading    reading
	tape       tape
	fiber      *fiber // by which it runs on a loop; nil for a goroutine like any other

	way atomic.Pointer[tether] // the tether, for who cuts all off
}

const (
	hotRoom = 4 << 10            // bytes for what a client says, which are kept between requests
	hotMost = maxHead + mostKept // and those that a request may have to be sent again
)

// newHot is for a client of which the first bytes were read.
func (s *sorter) newHot(g *guest, c net.Conn, first []byte) *hot {
	h := &hot{ctx: s.base, proxy: s.hot, sorter: s, guest: g, conn: c, in: first, client: addressOf(g.RemoteAddr())}
	h.reading.over, h.reading.quit = make(chan bool, 1), make(chan bool)
	if secure, ok := c.(*tls.Conn); ok {
		state := secure.ConnectionState()
		h.secret = &state
	}
	return h
}

// addressOf is not valid where there is no address of IP.
func addressOf(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := tcp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
}

// begin serves a new client. Many come with one request only: these stay where they are.
func (h *hot) begin() {
	if h.sorter.isEager && h.board() {
		return
	}
	h.serve()
}

// serve answers requests until one is lent, or the connection ends.
func (h *hot) serve() {
	defer h.recover()
	h.guest.SetDeadline(time.Time{}) // from here on, the crowd sees to what takes too long
	h.guest.hot.Store(h)
	for {
		n, err := h.next()
		if why, isBreach := err.(breach); isBreach {
			h.refuseHead(why)
			return
		}
		if err != nil {
			h.cut()
			return
		}
		if !h.suits() {
			h.lend(false)
			return
		}
		h.guest.work()
		switch h.carry(n) {
		case hotNext:
			h.guest.rest()
			if h.board() {
				return // it goes on there
			}
		case hotLast:
			h.linger()
			return
		case hotLend:
			h.lend(true)
			return
		case hotOver:
			return
		}
	}
}

// A hotWay is how it goes on after a request.
type hotWay uint8

const (
	hotNext hotWay = iota
	hotLast        // the connection ends in good order
	hotLend        // it is for the long way
	hotOver        // the connection has ended
)

// next reads the head of the next request, and returns how long it is.
func (h *hot) next() (n int, err error) {
	h.head.reset()
	for isBegun := !h.guest.isOld.Load(); ; {
		if len(h.in) > 0 {
			n, why := h.head.read(h.in)
			switch {
			case why != 0:
				return 0, why
			case n > 0:
				return n, nil
			}
			isBegun = true
		}
		p := phaseIdle
		if isBegun {
			p = phaseHead
		}
		if err := h.read(p); err != nil {
			return 0, err
		}
	}
}

// read reads more of a head, behind what there is of it.
func (h *hot) read(p phase) error {
	if h.guest.phase() != p {
		h.guest.enter(p)
	}
	h.in = roomIn(h.in)
	for {
		n, err := h.listen(h.in[len(h.in):cap(h.in)])
		h.in = h.in[:len(h.in)+n]
		switch {
		case n > 0: // an error comes again
			return nil
		case err == nil:
			return io.ErrNoProgress
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case h.isLate(phaseHead) && len(h.in) > 0:
			return breachSlow
		case h.isLate(p) || h.guest.crowd.isEnding.Load():
			return err
		}
		h.guest.SetReadDeadline(time.Time{}) // it was for what has come by now
	}
}

// roomIn makes room behind what there is, for at least one byte.
func roomIn(b []byte) []byte {
	if len(b) < cap(b) {
		return b
	}
	larger := make([]byte, len(b), max(hotRoom, 2*cap(b)))
	copy(larger, b)
	return larger
}
