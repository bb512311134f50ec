package proxy

import (
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A capture stands between a request that net/http or our HTTP/2 has read and
// whoever answers it, and has a Recording take what goes by. It is the
// http.ResponseWriter of the answer. A nil one takes nothing.
type capture struct {
	http.ResponseWriter

	r   *http.Request
	now func() time.Time

	mu       sync.Mutex // guards what follows
	to       Recording  // nil when it has ended
	request  framer
	content  framer
	hasBegun bool   // the answer
	isGone   bool   // the client did not take the answer
	fault    string // of what was written in the place of an answer, or broke off
}

// captureOf finds the capture that a writer leads to; nil if there is none.
func captureOf(w http.ResponseWriter) *capture {
	for {
		switch v := w.(type) {
		case *capture:
			return v
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return nil
		}
	}
}

// capture answers a request, and has it recorded if the recorder wants it.
func (p *Proxy) capture(by Recorder, w http.ResponseWriter, r *http.Request) {
	at := p.config.Now()
	route, answer := p.direct(r)
	c := &capture{ResponseWriter: w, r: r, now: p.config.Now}
	c.request.isChunked = r.ContentLength < 0 && !isExtended(r)
	if !c.record(by, at, passageOf(r, route)) {
		answer(p, w, r, route)
		return
	}
	isBroken := true
	defer func() { c.leave(isBroken) }()
	answer(p, c, r, route)
	isBroken = false
}

// record begins a recording, or goes on with one, and reports whether anybody wants it.
func (c *capture) record(by Recorder, at time.Time, from Passage) bool {
	c.mu.Lock() // for what is heard
	defer c.mu.Unlock()
	reel, isOurs := reelOf(c.r, c.hearRaw)
	switch {
	case reel.begun != nil:
		c.to = reel.begun
	case isOurs:
		c.to = by.Begin(at, from, reel.head)
	default:
		c.to = by.Begin(at, from, c.asking())
		if c.to != nil && c.r.Body != nil && c.r.Body != http.NoBody {
			c.r.Body = &heardBody{c.r.Body, c}
		}
	}
	return c.to != nil
}

// passageOf is the way that a request has come, and where it goes.
func passageOf(r *http.Request, route Route) Passage {
	from := Passage{IsSecret: r.TLS != nil}
	from.Client, _ = netip.ParseAddrPort(r.RemoteAddr) // the zero one if it came by something else
	if here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		from.Here, _ = netip.ParseAddrPort(here.String())
	}
	if route.Target != (limen.Target{}) {
		from.Route = &route.Route
	}
	return from
}

// asking is the head of the request, as far as it is known how that came.
func (c *capture) asking() []byte {
	if two, ok := c.ResponseWriter.(*h2Writer); ok {
		return two.stream.appendAsking(nil)
	}
	r := c.r
	var head strings.Builder
	head.WriteString(r.Method + " " + r.RequestURI + " " + r.Proto + "\r\n")
	if r.Host != "" {
		head.WriteString("Host: " + r.Host + "\r\n")
	}
	writeFields(&head, r.Header, "Transfer-Encoding", "Trailer")
	if names := slices.Sorted(maps.Keys(r.Trailer)); len(names) > 0 {
		head.WriteString("Trailer: " + strings.Join(names, ", ") + "\r\n") // which net/http keeps there alone
	}
	if c.request.isChunked {
		head.WriteString(chunkedField)
	}
	return []byte(head.String() + "\r\n")
}

// A heardBody is the body of a request, of which is heard what is read.
type heardBody struct {
	io.ReadCloser

	c *capture
}

// Read reads on.
func (b *heardBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.c.hear(p[:n], err == io.EOF)
	return n, err
}

// hearRaw takes a part of the request's body as the client has sent it.
func (c *capture) hearRaw(part []byte) { c.over(part, Recording.Asked) }

// hear takes what was read of the request's body.
func (c *capture) hear(part []byte, isAll bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to == nil {
		return
	}
	c.request.pass(c.to.Asked, part)
	if isAll {
		c.request.end(c.to.Asked, c.r.Trailer)
	}
}

// over takes a part as it came.
func (c *capture) over(part []byte, take func(Recording, []byte)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to != nil && len(part) > 0 {
		take(c.to, part)
	}
}

// hand gives the recording to whoever goes on with it, as a tunnel; nil if there is none.
func (c *capture) hand() (to Recording) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, c.to = c.to, nil
	return to
}

// leave ends the recording, unless somebody else goes on with it.
func (c *capture) leave(isBroken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !isBroken:
		c.finish(true)
	default:
		if c.fault == "" {
			c.fault = faultBroken
			if c.isGone || c.r.Context().Err() != nil {
				c.fault = faultGone
			}
		}
		c.finish(false)
	}
}

// finish ends the recording. It is called with the lock held.
func (c *capture) finish(isWhole bool) {
	if c.to == nil {
		return
	}
	if isWhole {
		c.begin(http.StatusOK) // as when a handler has nothing to say
		c.content.end(c.to.Content, trailersIn(c.Header()))
	}
	c.to.End(c.now(), c.fault)
	c.to = nil
}
