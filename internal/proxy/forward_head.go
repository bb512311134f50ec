package proxy

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// headRooms are where heads of requests to upstreams are written.
var headRooms = sync.Pool{New: func() any { b := make([]byte, 0, 2<<10); return &b }}

// An outgoing is what the head of a request to an upstream says of what follows it.
type outgoing struct {
	length   int64 // of the body; less than zero if it goes in chunks
	isLast   bool  // on its connection
	mustWait bool  // for the upstream to want the body
	trailer  http.Header
	err      error
}

// appendHead appends the head of the request to the upstream, as HTTP/1.1 has it, and
// begins to send its body.
func (x *exchange) appendHead(b []byte) ([]byte, outgoing) {
	target, prefix := pathFor(x.r, x.route)
	if !isPrintable(target) {
		return b, outgoing{err: fmt.Errorf("%w: %q", breachTarget, target)}
	}
	h := x.header(prefix)
	out := x.frame(h)
	b = append(b, x.r.Method...)
	b = append(b, ' ')
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, x.host()...)
	b = append(b, "\r\n"...)
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			if !isName([]byte(name)) || unsaid([]byte(value)) != 0 {
				out.err = fmt.Errorf("%w: %q", breachName, name)
				return b, out
			}
			b = append(b, name...)
			b = append(b, ": "...)
			b = append(b, value...)
			b = append(b, "\r\n"...)
		}
	}
	return append(b, "\r\n"...), out
}

// frame says in a header how the body goes, and begins it.
func (x *exchange) frame(h http.Header) outgoing {
	var out outgoing
	delete(h, "Content-Length") // and write our own
	switch {
	case x.load == nil:
		delete(h, "Expect") // there is nothing to wait for
		if needsLength[x.r.Method] || x.r.Header["Content-Length"] != nil {
			h["Content-Length"] = []string{"0"}
		}
		return out
	case x.r.ContentLength < 0:
		h["Transfer-Encoding"] = []string{"chunked"}
		out.length, out.trailer = -1, http.Header{} // which come after it, announced or not
	default:
		out.length = x.r.ContentLength
		h["Content-Length"] = []string{strconv.FormatInt(out.length, 10)}
	}
	// An upstream that answers without having asked for the body shall not get
	// it. Of a connection that goes on it is a part (RFC 9112, section 9.3), so
	// this one does not.
	if out.mustWait = len(h["Expect"]) > 0; out.mustWait {
		out.isLast = true
		h["Connection"] = append(h["Connection"], "close")
	}
	x.load.begin(out.trailer)
	return out
}

// needsLength are the methods of which many servers expect a length even where there
// is no body (RFC 9110, section 8.6).
var needsLength = map[string]bool{http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true}
