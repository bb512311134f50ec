package proxy

import (
	"bufio"
	"bytes"
	"net/http"
	"strconv"
)

// A hotPage is an answer of our own in the place of one that an upstream lacks. It
// is the http.ResponseWriter of who makes those.
type hotPage struct {
	header http.Header
	status int
	body   bytes.Buffer
	fault  string // that it is about
}

func (p *hotPage) Header() http.Header         { return p.header }
func (p *hotPage) WriteHeader(status int)      { p.status = status }
func (p *hotPage) blame(fault string)          { p.fault = fault }
func (p *hotPage) Write(b []byte) (int, error) { return p.body.Write(b) }

// explain answers with why there is no answer.
func (h *hot) explain(err error) hotWay {
	t := h.tether
	r := h.request()
	page := &hotPage{header: http.Header{}}
	x := &exchange{
		p: h.proxy, w: page, r: r, route: *h.route, u: h.route.Upstream,
		line: t.line, isReused: t.isReused, sent: h.sent, got: h.got,
	}
	x.fail(x.fault(h.ctx, err))
	return h.say(page)
}

// request is the request that is under way as net/http would have read it.
func (h *hot) request() *http.Request {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(h.said[h.head.start:])))
	if err != nil {
		mustEnd() // what we take net/http takes; the differential fuzzer looks for more
	}
	r.Body = http.NoBody
	r.RemoteAddr, r.TLS = h.guest.RemoteAddr().String(), h.secret
	return r.WithContext(h.ctx)
}

// say answers with a page.
func (h *hot) say(p *hotPage) hotWay {
	h.reading.isAnswering.Store(true)
	h.isLast = h.isLast || !h.reading.isWhole.Load() || h.guest.crowd.isEnding.Load()
	out := appendStatus(nil, p.status)
	if _, ok := p.header["Content-Length"]; !ok {
		p.header["Content-Length"] = []string{strconv.Itoa(p.body.Len())}
	}
	var fields bytes.Buffer
	p.header.Write(&fields)
	out = append(out, fields.Bytes()...)
	out = h.appendDate(out)
	if h.isLast {
		out = append(out, closing...)
	}
	out = append(out, "\r\n"...)
	h.tape.fault = p.fault
	h.tape.answered(h, out)
	h.tape.content(p.body.Bytes())
	if h.write(append(out, p.body.Bytes()...)) != nil {
		return h.cut()
	}
	if h.isLast {
		return hotLast
	}
	return hotNext
}
