package proxy

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
)

// mostEarly is how many early answers a client gets before the one that counts. What
// an upstream says beyond, such as 102 (Processing) once more, is left out.
const mostEarly = 100

// Early passes on what an upstream says before its answer, such as 103 (Early
// Hints).
type early struct {
	w http.ResponseWriter
	r *http.Request

	mu      sync.Mutex // guards what follows
	isEnded bool       // the writer is the answer's now
	passed  int        // see mostEarly
}

// trace has a transport tell which connection it uses, and what comes early.
func (e *early) trace(ctx context.Context, use func(c net.Conn, isReused bool)) context.Context {
	e.begin()
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:        func(info httptrace.GotConnInfo) { use(info.Conn, info.Reused) },
		Got1xxResponse: e.pass,
	})
}

// begin is when an upstream is asked, perhaps once more.
func (e *early) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isEnded = false
}

// pass passes on one of these answers. 100 (Continue) the client gets when its
// body is read, and one that speaks HTTP/1.0 gets none (RFC 9110, section 15.2).
func (e *early) pass(status int, h textproto.MIMEHeader) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isEnded || status == http.StatusContinue || e.passed == mostEarly || !e.r.ProtoAtLeast(1, 1) {
		return nil
	}
	e.passed++
	fields := http.Header(h)
	dropHops(fields)
	own := e.w.Header()
	before := maps.Clone(own)
	maps.Copy(own, fields)
	e.w.WriteHeader(status)
	clear(own)
	maps.Copy(own, before)
	return nil
}

// end keeps what comes late from the writer.
func (e *early) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.isEnded = true
}
