package proxy

import (
	"io"
	"net/http"
	"slices"
	"time"
)

// heedRefusal has a look at an answer that may refuse the host, as the long way does,
// and reports whether it was answered in the place of the upstream.
func (h *hot) heedRefusal(n int) (way hotWay, isOurs bool) {
	t := h.tether
	a := &t.answer
	if h.route.Own || a.status < 400 || a.framing == framedByNothing ||
		!slices.ContainsFunc(hostRefusals, func(r hostRefusal) bool { return r.status == a.status }) {
		return 0, false
	}
	h.fiber.leave() // it may take long
	body := &lookedAt{Reader: http.NoBody, tether: t, behind: n}
	res := &http.Response{StatusCode: a.status, Header: headerOf(a, t.rest()[:n]), Body: body, ContentLength: -1}
	if a.framing == framedByLength {
		res.ContentLength = int64(min(a.length, mostRefusal+1))
	}
	says := h.proxy.heedRefusal(h.request(), *h.route, res)
	if !body.isClosed {
		h.hint = res.Header.Get("Limen-Hint")
		return 0, false
	}
	page := &hotPage{header: res.Header, status: a.status, fault: says}
	page.body.ReadFrom(res.Body) // of memory
	dropHops(page.header)
	h.reading.stop(h)
	t.end()
	return h.say(page), true
}

// A lookedAt is a body that is passed on from where it is, unless it is closed by whoever
// puts another one in its place.
type lookedAt struct {
	io.Reader
	tether   *tether
	behind   int // that many bytes of the rest
	isClosed bool
}

func (b *lookedAt) peek(until time.Time) ([]byte, bool) { return b.tether.lookAhead(b.behind, until) }

// Close gives it up.
func (b *lookedAt) Close() error {
	b.isClosed = true
	return nil
}
