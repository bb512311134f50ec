package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"
)

// tlsHandshake is the type of the first record of TLS (RFC 8446, 5.1). No
// method of HTTP begins with it.
const tlsHandshake = 0x16

// preface is how a client begins HTTP/2 that knows already that it is spoken
// (RFC 9113, 3.4). It is a request of HTTP/1.1 that nobody makes.
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// A sorter finds out what the clients of a front speak, and gives each to who
// speaks it, too.
type sorter struct {
	handler http.Handler
	hot     *Proxy       // whose short way is taken; nil if all go the long one
	start   func(func()) // starts a goroutine that serving waits for
	loops   *loops
	isEager bool            // clients go to a loop at once, and not only when they come back
	base    context.Context // ends when requests are cut off
	secret  *tls.Config     // nil where there is no HTTPS
	plain   *handover       // to the server for HTTP/1.1
	limits  h2Limits
	body    time.Duration // how long a client may send nothing of one, by HTTP/1.1
	now     func() time.Time
}

// sort serves a client, or hands it over to be served. Serving ends soon after
// ctx has.
func (s *sorter) sort(ctx context.Context, g *guest) {
	defer s.forgo(g)
	s.meet(g)
	first, isH2, err := sniff(g)
	switch {
	case err != nil:
		g.close()
	case first[0] == tlsHandshake:
		s.sortSecret(ctx, g, first)
	case isH2:
		s.serveH2(ctx, g, &foretold{g, first})
	case s.hot != nil:
		s.newHot(g, g, first).begin()
	default:
		s.plain.give(s.wary(g, g, first))
	}
}

// forgo ends a client's connection, and nothing else, when there is a mistake in what
// serves it.
func (s *sorter) forgo(g *guest) {
	if v := recover(); v != nil {
		s.limits.tell(mistake(fmt.Sprintf("what %v has asked for", g.RemoteAddr()), v))
		g.close()
	}
}

// sniff reads so much that it is clear what the client speaks.
func sniff(g *guest) (first []byte, isH2 bool, err error) {
	first = make([]byte, 0, keptRoom/2) // a head mostly fits
	for {
		n, err := g.Read(first[len(first):cap(first)])
		if first = first[:len(first)+n]; n == 0 {
			return nil, false, err
		}
		known := min(len(first), len(preface))
		if string(first[:known]) != preface[:known] {
			return first, false, nil
		}
		if known == len(preface) {
			return first, true, nil
		}
	}
}

// sortSecret agrees on TLS with a client, and on what is spoken over it.
func (s *sorter) sortSecret(ctx context.Context, g *guest, first []byte) {
	if s.secret == nil {
		g.close()
		return
	}
	c := tls.Server(&foretold{g, first}, s.secret)
	if err := c.HandshakeContext(ctx); err != nil {
		g.close() // the client has been told as much as TLS has words for
		return
	}
	if c.ConnectionState().NegotiatedProtocol == "h2" {
		s.serveH2(ctx, g, c)
		return
	}
	if s.hot != nil {
		s.newHot(g, c, nil).begin()
		return
	}
	s.plain.give(waryTLS{s.wary(g, c, nil)})
}

// wary returns what lets a client's requests through. Of c, which is over the
// guest's own connection, the first bytes have been read.
func (s *sorter) wary(g *guest, c net.Conn, first []byte) *wary {
	g.SetWriteDeadline(time.Time{}) // what it had to say it has said; an answer may take its time
	w := &wary{Conn: c, guest: g, now: s.now, headTime: s.limits.head, bodyTime: s.body, stallTime: s.limits.stall, tell: s.limits.tell, room: first}
	w.reel.isWanted = s.hot != nil && s.hot.recorder.Load() != nil
	return w
}

// serveH2 serves a client that speaks HTTP/2.
func (s *sorter) serveH2(ctx context.Context, g *guest, c net.Conn) {
	defer g.close()
	g.bow()
	limits := s.limits
	limits.proxy, limits.guest = s.hot, g
	serveHTTP2(ctx, c, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.work()
		defer g.rest()
		s.handler.ServeHTTP(w, r)
	}), limits) // how it ended, its client knows
}

// A foretold is a connection of which the first bytes were read already.
type foretold struct {
	*guest

	first []byte
}

func (c *foretold) Read(p []byte) (int, error) {
	if len(c.first) == 0 {
		return c.guest.Read(p)
	}
	n := copy(p, c.first)
	if c.first = c.first[n:]; len(c.first) == 0 {
		c.first = nil
	}
	return n, nil
}
