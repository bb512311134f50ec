package probe

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"syscall"
	"time"

	"github.com/limenhq/limen"
)

// An inquiry is what is known of one endpoint while it is asked.
type inquiry struct {
	target  Target
	probes  []Probe // of its transport
	named   []Probe // of these, what the words of its owners name
	listens bool    // the server is given time to greet

	asked   []question     // so far
	pace    time.Duration  // of the server: the longest that it took to turn us away
	inside  inside         // TLS, or not
	shown   *limen.TLS     // what the server showed in a handshake
	wants   bool           // it wanted a certificate of us
	said    []byte         // what it said first, where that fitted nothing
	spare   *limen.Service // what it is if TLS, which it asks for, cannot be had
	strange bool           // it greeted with that: whatever it is asked would be the wrong question
	reached bool           // a connection was had
	gone    error          // why it cannot be reached any more
}

// A question is a protocol that a server was asked for, and how.
type question struct {
	protocol string
	secure   bool
}

// inside says whether a server speaks inside TLS.
type inside uint8

const (
	untold inside = iota
	inClear
	inTLS
)

func newInquiry(t Target, probes []Probe) *inquiry {
	q := &inquiry{target: t}
	for _, p := range probes {
		if p.transport() == t.Endpoint.Transport {
			q.probes = append(q.probes, p)
		}
	}
	q.named = named(q.probes, ownerWords(t.Owners))
	if t.Endpoint.Transport == limen.UDP {
		q.inside = inClear
	}
	return q
}

// isOver reports whether there is nothing left to ask, or no time.
func (q *inquiry) isOver(ctx context.Context) bool {
	return q.gone != nil || q.strange || ctx.Err() != nil
}

// ask asks for one protocol, inside TLS if that is what the server speaks, or
// may speak at this port.
func (q *inquiry) ask(ctx context.Context, p Probe, patience time.Duration) (limen.Service, bool) {
	if p.TLS && q.inside == inClear {
		return limen.Service{}, false
	}
	secure := p.TLS || q.inside == inTLS || q.inside == untold && slices.Contains(tlsPorts, q.target.Endpoint.Port())
	s, ok := q.try(ctx, p, patience, secure)
	if ok || q.isOver(ctx) {
		return s, ok
	}
	if secure == (q.inside == inTLS) || p.TLS {
		return limen.Service{}, false
	}
	return q.try(ctx, p, patience, !secure) // it proved to be the other way
}

// try asks for one protocol, and for those that the answer points to. Nothing
// is asked twice.
func (q *inquiry) try(ctx context.Context, p Probe, patience time.Duration, secure bool) (limen.Service, bool) {
	if !q.begin(p, secure) {
		return limen.Service{}, false
	}
	began := now()
	c := converse(ctx, q.target, q.target.long(max(patience, min(2*q.pace, patiencePort))))
	defer c.close()
	if c.err != nil {
		q.lose(ctx, c.err)
		return limen.Service{}, false
	}
	q.reached = true
	if secure && !q.enter(c, p) {
		return limen.Service{}, false
	}
	s, ok := q.speak(c, p)
	if c.wants && c.err != nil && !c.heard && !isTimeout(c.err) {
		q.wants = true // with TLS 1.3, it is only now that the server leaves (RFC 8446 §4.4.2.4)
	}
	if c.err != nil && !isTimeout(c.err) && !q.listens {
		q.pace = max(q.pace, now().Sub(began))
	}
	if errors.Is(c.err, syscall.ECONNREFUSED) {
		q.gone = c.err // as datagrams are refused
	}
	s.TLS = c.tls
	if !secure && q.inside == untold && turnsAwayClear(c.first) {
		q.inside = inTLS
		if ok {
			q.spare = &s
		}
		return limen.Service{}, false
	}
	if ok {
		return s, true
	}
	c.close() // before another is opened
	return q.follow(ctx, p, c.first, secure)
}

// lose notes why there is no connection. That time ran out after others were
// had says nothing of the server.
func (q *inquiry) lose(ctx context.Context, err error) {
	if !q.reached || ctx.Err() == nil && !isTimeout(err) {
		q.gone = err
	}
}

// begin reports whether p has not been asked for yet in this way, and notes
// that it now is.
func (q *inquiry) begin(p Probe, secure bool) bool {
	this := question{p.Name, secure}
	if slices.Contains(q.asked, this) {
		return false
	}
	q.asked = append(q.asked, this)
	return true
}

// enter goes inside TLS, and reports whether a conversation can be held there.
func (q *inquiry) enter(c *Conn, p Probe) bool {
	c.alpn = p.ALPN
	c.startTLS()
	if c.tls == nil {
		if q.shown == nil {
			q.inside = inClear
		}
		return false
	}
	q.inside, q.shown = inTLS, c.tls
	q.wants = q.wants || c.wants && c.err != nil
	return c.err == nil
}

// speak holds one conversation: of the protocol that the server greets with,
// if it is given time to; else of p.
func (q *inquiry) speak(c *Conn, p Probe) (limen.Service, bool) {
	if !q.listens || p.Opening == nil {
		return p.speak(c)
	}
	first := c.greeting(q.target.long(patienceGreet))
	if first == nil {
		c.wait(c.patience)
		return p.speak(c)
	}
	for _, g := range q.probes {
		if g.Greets != nil && g.Greets(first) && q.begin(g, c.Secure()) {
			return g.Speak(c)
		}
	}
	q.said, q.strange = first, true
	return limen.Service{}, false
}

// follow asks for what greets, or complains, as the server has done when it
// was asked for p.
func (q *inquiry) follow(ctx context.Context, p Probe, first []byte, secure bool) (limen.Service, bool) {
	if len(first) == 0 {
		return limen.Service{}, false
	}
	for _, next := range q.probes {
		fits := next.Greets != nil && next.Greets(first) || p.Opening != nil && next.Complains != nil && next.Complains(first)
		if !fits {
			continue
		}
		if s, ok := q.try(ctx, next, patienceOwner, secure); ok || q.isOver(ctx) {
			return s, ok
		}
	}
	q.said = first
	return limen.Service{}, false
}

// turnsAwayClear reports whether first is how a server answers that takes
// nothing but TLS: with an alert, or to HTTP with a page that says so.
func turnsAwayClear(first []byte) bool {
	if isAlert(first) {
		return true
	}
	if !bytes.HasPrefix(first, []byte("HTTP/1.")) || !bytes.Contains(first[:min(len(first), len("HTTP/1.1 400"))], []byte(" 400")) {
		return false
	}
	return slices.ContainsFunc(pleasForTLS, func(plea string) bool { return bytes.Contains(first, []byte(plea)) })
}

// pleasForTLS are what web servers say to those who come in the clear. It is
// believed only if a handshake then succeeds.
var pleasForTLS = []string{
	"plain HTTP request was sent to HTTPS port",      // nginx
	"speaking plain HTTP to an SSL-enabled server",   // Apache
	"Client sent an HTTP request to an HTTPS server", // Go's net/http, in Caddy, etcd and many more
	"This combination of host and port requires TLS", // Tomcat
}
