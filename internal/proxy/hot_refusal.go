package proxy

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"slices"
)

// heedRefusal has a look at an answer that may refuse the host, as the long way does,
// and reports whether it was answered in the place of the upstream.
func (h *hot) heedRefusal(n int) (way hotWay, isOurs bool) {
	t := h.tether
	status := t.answer.status
	if h.route.Own || status < 400 || !slices.ContainsFunc(hostRefusals, func(r hostRefusal) bool { return r.status == status }) {
		return 0, false
	}
	h.fiber.leave()
	beginning, ok := h.lookAhead(n)
	if !ok {
		return 0, false
	}
	body := &lookedAt{Reader: bytes.NewReader(beginning)}
	res := &http.Response{StatusCode: status, Header: headerOf(&t.answer, t.rest()[:n]), Body: body, ContentLength: -1}
	if t.answer.framing == framedByLength {
		res.ContentLength = int64(len(beginning))
	}
	says := h.proxy.heedRefusal(h.request(), *h.route, res)
	if !body.isClosed {
		h.hint = res.Header.Get("Limen-Hint")
		return 0, false
	}
	page := &hotPage{header: res.Header, status: status, fault: says}
	page.body.ReadFrom(res.Body) // of memory
	dropHops(page.header)
	h.reading.stop(h)
	t.end()
	return h.say(page), true
}

// A lookedAt is the beginning of a body. It is closed by whoever puts another one in
// its place.
type lookedAt struct {
	io.Reader
	isClosed bool
}

func (b *lookedAt) Close() error {
	b.isClosed = true
	return nil
}

// lookAhead reads as much of a body as is looked at, and leaves it to be passed on.
func (h *hot) lookAhead(n int) (beginning []byte, ok bool) {
	t := h.tether
	a := &t.answer
	least := 1
	switch {
	case a.framing == framedByNothing || a.framing == framedByLength && a.length > mostRefusal:
		return nil, false
	case a.framing == framedByLength:
		least = int(min(a.length, mostLook))
	}
	for len(t.rest())-n < least {
		if t.fill() != nil {
			return nil, false // it comes again
		}
	}
	beginning = t.rest()[n:]
	beginning = beginning[:min(len(beginning), mostLook)]
	if a.framing == framedByChunks {
		beginning, _ = io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(beginning))) // as far as it has come
	}
	return beginning, true
}
