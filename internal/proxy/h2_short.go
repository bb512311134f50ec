package proxy

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A short is the short way of requests of HTTP/2, nearly all of which need nothing but
// another head: that for the upstream is written of the fields as they came, and the
// client's of the answer as it was read. What is of any other kind goes the long way,
// as does what has no answer yet and may be asked for again.
type short struct {
	stream *h2Stream
	proxy  *Proxy
	route  *Route
	tether *tether
	by     Recorder // nil if nobody records, or to has begun
	at     time.Time
	to     Recording // nil if nobody wants it, or somebody else has it now

	sent, got int64 // what the tether had taken before, and given
	all       fate  // of all fields of the answer together
}

// goShort answers a request, and reports whether it has.
func (s *h2Stream) goShort() bool {
	p, g := s.conn.limits.proxy, s.conn.limits.guest
	if p == nil {
		return false
	}
	x := short{stream: s, proxy: p}
	if by := p.recorder.Load(); by != nil {
		x.by, x.at = *by, s.conn.limits.now()
	}
	g.work()
	defer g.rest()
	if !x.suits() {
		return false
	}
	x.carry()
	return true
}

// suits reports whether a request is for the short way, and finds its route.
func (x *short) suits() bool {
	s, a := x.stream, &x.stream.asked
	if !s.hadEnded || s.isTunnel || a.isOdd || a.isCall || a.trailer != nil || a.target[0] != '/' || strings.HasPrefix(a.target, "//") {
		return false
	}
	if s.conn.tls != nil && x.proxy.isMadeForOther(s.conn.tls, a.host) {
		return false
	}
	path, _, _ := strings.Cut(a.target, "?")
	x.route = x.proxy.table.lookup(a.host, path, a.carries)
	return x.route != nil && x.route.Target.Scheme != limen.SchemeH2C && !strays(path, x.route) && x.route.Upstream.isPlain()
}

// carries reports whether a request carries what a route asks for.
func (a *h2Asked) carries(c *condition) bool {
	for _, f := range a.fields {
		if strings.EqualFold(f.name, c.field) && c.isIn(f.value) {
			return true
		}
	}
	return false
}

// carry carries a request to its upstream, and the answer back.
func (x *short) carry() {
	s, u := x.stream, x.route.Upstream
	text := headRooms.Get().(*[]byte)
	defer headRooms.Put(text)
	*text = x.appendHead((*text)[:0])
	t, err := u.take((*h2Context)(s), "", !idempotent[s.asked.method])
	if err != nil {
		x.goLong((*exchange).serve) // it may be held until there is an upstream
		return
	}
	defer x.end(faultBroken) // unless it has ended in another way
	x.tether, x.sent, x.got = t, t.sent.Load(), t.got.Load()
	if !s.tie(t) {
		x.record()
		x.end(faultGone)
		t.end()
		return
	}
	t.Write(*text) // what became of that, reading tells
	x.record()
	for early := 0; ; {
		n, err := t.readHead([]byte(s.asked.method))
		switch {
		case err != nil:
			x.lack(err)
			return
		case t.answer.status >= 200:
			x.answer(n)
			return
		case t.answer.status == http.StatusSwitchingProtocols:
			x.lack(errors.Join(errNotHTTP, errOther)) // nobody has asked for it
			return
		case t.answer.status != http.StatusContinue && early < mostEarly:
			early++
			s.inform(x.appendFields(appendH2Status(nil, t.answer.status), t.rest()[:n], fateLength))
		}
		t.skip(n)
	}
}

// appendHead appends the head for the upstream; see exchange.appendHead, which does the
// same.
func (x *short) appendHead(b []byte) []byte {
	a, prefix := &x.stream.asked, ""
	target := a.target
	if x.route.Strip || x.route.Target.Path != "" {
		target, prefix = pathFor(&http.Request{RequestURI: target}, *x.route)
	}
	b = append(append(b, a.method...), ' ')
	b = append(append(b, target...), " HTTP/1.1\r\nHost: "...)
	if x.route.Own {
		b = append(b, ownHost(x.route.Target)...)
	} else {
		b = append(b, a.host...)
	}
	b = append(b, "\r\n"...)
	for _, f := range a.fields {
		switch {
		case f.fate&fateTE != 0: // which says "trailers"
			b = append(b, "Te: trailers\r\nConnection: TE\r\n"...) // RFC 9110, section 10.1.4
		case f.fate&(fateHop|fateWord|fateHost|fateLength) == 0:
			b = appendField(b, f.name, f.value)
		}
	}
	if a.hasLength || needsLength[a.method] {
		b = append(b, "Content-Length: 0\r\n"...)
	}
	return append(append(b, x.stream.conn.tell(x.proxy, a.host, prefix)...), "\r\n"...)
}

// lack is when there is no answer, or none that is HTTP.
func (x *short) lack(err error) {
	t := x.tether
	isUnheard := err == io.EOF && t.isUnheard(x.sent)
	isLeft := !x.stream.untie()
	t.end()
	if isLeft {
		x.end(faultGone)
		return
	}
	x.goLong(func(long *exchange) {
		long.use(t.line, t.isReused)
		long.sent, long.got, long.isUnheard = x.sent, x.got, isUnheard
		err := long.fault(long.r.Context(), err)
		if long.mayHold(err) {
			err = long.wait(long.r.Context(), x.route.Upstream.move(), err)
		}
		if err == nil || errors.Is(err, errSecret) && manners[x.route.Target.Scheme] == mannerUnknown {
			long.serve()
			return
		}
		long.fail(err)
	})
}

// goLong has the long way do what is left to do of a request.
func (x *short) goLong(do func(*exchange)) {
	r := x.stream.build()
	long := &exchange{p: x.proxy, w: &x.stream.writer, r: r, route: *x.route, u: x.route.Upstream}
	long.early = early{w: long.w, r: r}
	c := &capture{ResponseWriter: long.w, r: r, now: x.proxy.config.Now}
	x.record()
	if c.to, x.to = x.to, nil; c.to == nil {
		do(long)
		return
	}
	long.w, long.early.w = c, c
	isBroken := true
	defer func() { c.leave(isBroken) }()
	do(long)
	isBroken = false
}

// An h2Told is what the requests of a client say of their way, which mostly is the same
// for all of them.
type h2Told struct {
	host, prefix string
	text         []byte
}

// tell returns the fields that say how a request has come.
func (c *h2Conn) tell(p *Proxy, host, prefix string) []byte {
	if t := c.told.Load(); t != nil && t.host == host && t.prefix == prefix {
		return t.text
	}
	who := callerOf(&http.Request{RemoteAddr: c.remote, Host: host, TLS: c.tls}, prefix)
	t := &h2Told{strings.Clone(host), prefix, who.append(nil, "2.0 "+p.mark)}
	c.told.Store(t)
	return t.text
}
