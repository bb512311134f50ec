package proxy

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// answer carries an answer back.
func (x *exchange) answer(ctx context.Context, res *http.Response) {
	if res.StatusCode == http.StatusSwitchingProtocols {
		x.join(ctx, res)
		return
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 999 { // which no server can say (RFC 9110, section 15)
		x.fail(fmt.Errorf("%w: its status is %d", errNotHTTP, res.StatusCode))
		return
	}
	if !x.isTwo { // no server that refuses hosts speaks it in the clear, and a look at it might take long
		if refused := x.p.heedRefusal(x.r, x.route, res); refused != "" {
			blame(x.w, refused)
		}
	}
	h := x.w.Header()
	x.head(h, res)
	x.load.answered(x.w).WriteHeader(res.StatusCode)
	if fault := x.copy(res); fault != "" {
		x.breakOff(fault)
	}
	if announced := h["Trailer"]; len(announced) > 0 || len(res.Trailer) > 0 {
		x.trailers(h, res.Trailer, announced)
	}
}

// head makes the head of the answer: as the upstream has it, but for what is
// about its connection, and for what leads to itself.
func (x *exchange) head(h http.Header, res *http.Response) {
	dropHops(res.Header)
	x.back().lead(res.Header)
	maps.Copy(h, res.Header)
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // else net/http guesses one
	}
	if len(res.Trailer) > 0 {
		h["Trailer"] = []string{strings.Join(slices.Sorted(maps.Keys(res.Trailer)), ", ")}
	}
}

func (x *exchange) back() wayBack {
	b := wayBack{u: x.u, route: x.route, host: x.r.Host, proto: "http"}
	if x.r.TLS != nil {
		b.proto = "https"
	}
	return b
}

// trailers sends those that were announced by their names, and others by the
// prefix that net/http has for them.
func (x *exchange) trailers(h, trailers http.Header, announced []string) {
	for name, lines := range trailers {
		if len(lines) == 0 || hops[name] || kept[name] {
			continue
		}
		if !hasToken(announced, name) {
			name = http.TrailerPrefix + name
		}
		h[name] = lines
	}
}

// buffers are for what comes and goes at once.
var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// headPatience is how long a head waits for its body, to go with it.
const headPatience = 2 * time.Millisecond

// copy carries a body back, each part as it comes, and says why the client does not
// have all of it.
func (x *exchange) copy(res *http.Response) (fault string) {
	if res.ContentLength == 0 || res.Body == http.NoBody || x.r.Method == http.MethodHead {
		return ""
	}
	length := res.ContentLength
	if len(res.Trailer) > 0 {
		length = -1
	}
	return passOn(x.w, res.Body, length)
}

// passOn carries a body whose head was written, and may have been sent. A length less than
// zero is that of a body that may take long to begin, and to end. If it was not all, the
// fault says why.
func passOn(w http.ResponseWriter, body io.Reader, length int64) (fault string) {
	out := &prompt{control: http.NewResponseController(w)}
	if length < 0 {
		out.flush() // it may be long before there is a first part
	} else {
		head := time.AfterFunc(headPatience, out.flush)
		defer head.Stop()
		defer out.end()
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	left := length
	for {
		n, err := body.Read(*buf)
		if n > 0 {
			left -= int64(n)
			if !out.send(w, (*buf)[:n], left != 0) {
				return faultGone
			}
		}
		switch {
		case err == io.EOF:
			return ""
		case err != nil:
			return brokenOff(err)
		}
	}
}

// A prompt sends what it has at once. Its methods may be called by several
// goroutines.
type prompt struct {
	control *http.ResponseController

	mu      sync.Mutex // guards the writer, and what follows
	isEnded bool
}

// send writes a part. The last one goes with the end of the answer.
func (p *prompt) send(w io.Writer, part []byte, isMore bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isEnded = true // the head has gone with this
	if _, err := w.Write(part); err != nil {
		return false
	}
	return !isMore || p.control.Flush() == nil
}

// flush sends what was written, unless a part has taken it along.
func (p *prompt) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isEnded {
		p.control.Flush() // whether anybody takes it the first part will tell
	}
}

// end is when the writer is somebody else's again.
func (p *prompt) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isEnded = true
}
