package probe

import (
	"io"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Reply is an HTTP response, read within bounds.
type Reply struct {
	Proto  string // such as "HTTP/1.1"
	Status int
	Header http.Header
	Order  []string // the names of its fields as they came: each server has a habit of its own
	Body   []byte   // the first 64 KiB, never decompressed
	Root   *Reply   // the answer to GET / before this one; nil if this is it

	reusable bool // another request can follow on the same connection
}

const (
	mostHead   = 64 << 10 // that status line and fields may hold
	mostFields = 256      // that are kept
	mostBody   = 64 << 10 // that is kept

	// patienceBody is how long a body may take, so that one which never ends
	// leaves time to ask for more.
	patienceBody = 300 * time.Millisecond
)

// statusLine is that of HTTP/1 (RFC 9112 §4). Some leave out the space that
// stands before an empty reason.
var statusLine = newPattern(`^(HTTP/1\.[01]) ([1-5]\d\d)(?: .*)?$`)

// response reads the answer to a request of method; nil if there is none. A
// body that is cut short is kept as far as it came.
func (c *Conn) response(method string) *Reply {
	for range 4 { // a few may come before the final one (RFC 9110 §15.2)
		r := c.head()
		if r == nil {
			return nil
		}
		if r.Status >= 200 || r.Status == http.StatusSwitchingProtocols {
			c.body(r, method)
			return r
		}
	}
	return nil
}

// head reads the status line and the fields. A line that is no field is left
// out rather than the whole answer.
func (c *Conn) head() *Reply {
	line := c.Line()
	m := statusLine.FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	r := &Reply{Proto: m[1], Header: http.Header{}}
	r.Status, _ = strconv.Atoi(m[2])
	room := mostHead
	for line = c.Line(); line != ""; line = c.Line() {
		if room -= len(line); room < 0 {
			c.fail(errLongLine)
			return nil
		}
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); ok && name != "" && len(r.Order) < mostFields {
			r.Header.Add(name, strings.ToValidUTF8(strings.TrimSpace(value), "\ufffd"))
			r.Order = append(r.Order, http.CanonicalHeaderKey(name))
		}
	}
	if c.err != nil {
		return nil
	}
	return r
}

// body reads what follows the fields (RFC 9112 §6.3).
func (c *Conn) body(r *Reply, method string) {
	switch {
	case method == http.MethodHead, r.Status == 101, r.Status == 204, r.Status == 304:
		r.reusable = r.keepsOpen()
		return
	case isEventStream(r):
		return // it goes on as long as somebody listens
	}
	c.readUntil(now().Add(c.Target.long(patienceBody)))
	defer c.readUntil(time.Time{})
	var ends bool
	switch length, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); {
	case isChunked(r):
		r.Body, ends = readAll(httputil.NewChunkedReader(c.r))
		for ends && c.Line() != "" { // trailers, up to an empty line
		}
	case err == nil && length >= 0:
		r.Body, ends = readAll(io.LimitReader(c.r, length))
		ends = ends && int64(len(r.Body)) == length
	default:
		r.Body, _ = readAll(c.r) // until it closes
	}
	r.reusable = ends && c.err == nil && r.keepsOpen()
}

// readAll reads what is kept of a body, and reports whether that is all.
func readAll(body io.Reader) ([]byte, bool) {
	b, err := io.ReadAll(io.LimitReader(body, mostBody+1))
	return b[:min(len(b), mostBody)], err == nil && len(b) <= mostBody
}

func isChunked(r *Reply) bool { return tokens(r, "Transfer-Encoding")["chunked"] }

// isEventStream reports whether r begins a stream of server-sent events (HTML
// standard, §9.2.6).
func isEventStream(r *Reply) bool {
	return r.Status == 200 && strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "text/event-stream")
}

// keepsOpen reports whether the server takes another request (RFC 9112 §9.3).
func (r *Reply) keepsOpen() bool {
	said := tokens(r, "Connection")
	return !said["close"] && (r.Proto == "HTTP/1.1" || said["keep-alive"])
}

// begins reports whether the fields of r come in this order, from the first.
func (r *Reply) begins(order ...string) bool {
	return len(r.Order) >= len(order) && slices.Equal(r.Order[:len(order)], order)
}

// holds reports whether the body has text in it, where pages of this kind
// have it by construction: a single word in a page proves nothing.
func (r *Reply) holds(text string) bool { return strings.Contains(string(r.Body), text) }
