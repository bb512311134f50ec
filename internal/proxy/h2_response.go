package proxy

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// An h2Writer is the http.ResponseWriter of a stream. A short answer waits for its
// end, so that all of it is one write; whoever cannot wait says Flush.
//
// Unlike net/http it never guesses a Content-Type: what passes through is not ours.
type h2Writer struct {
	stream *h2Stream
	header http.Header

	status     int
	hasBegun   bool // the status and the header are settled
	hasSent    bool // and on their way
	isFinished bool
	invited    bool   // a 100 was sent
	declared   int64  // by Content-Length; -1 if it was not
	written    int64  // bytes of the body
	names      string // the trailers that were announced
	mayTrail   bool   // there may be some that were not

	buffer *h2Pending
	head   []byte // encoded, in buffer
	body   []byte // likewise: what waits for more
}

// h2Waits is how much of a body waits for its end.
const h2Waits = 4 << 10

// An h2Pending holds what waits to be sent.
type h2Pending struct {
	head [1 << 10]byte // a longer one is allocated
	body [h2Waits]byte
}

var h2Pendings = sync.Pool{New: func() any { return new(h2Pending) }}

// errH2Finished says that a handler writes after it has returned, and errH2Short
// that it has written less than its Content-Length.
var (
	errH2Finished = errors.New("the handler has returned")
	errH2Short    = errors.New("the answer is shorter than its Content-Length")
)

// Header returns the header, which may be changed until it is sent; after that, only
// trailers are taken from it.
func (w *h2Writer) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// WriteHeader settles status and header. A status from 100 to 199 is sent at once,
// with the header as it is now, and another has to follow (RFC 9110, section 15.2).
func (w *h2Writer) WriteHeader(status int) {
	switch {
	case w.hasBegun:
		return
	case status < 100 || status > 999:
		status = http.StatusInternalServerError
	}
	if status >= 200 {
		w.begin(status)
		if w.stream.isTunnel {
			w.FlushError()
			w.release() // nothing waits in it, and it may be open for hours
		}
		return
	}
	if status == http.StatusSwitchingProtocols {
		return // there is none here (RFC 9113, section 8.6)
	}
	w.invited = w.invited || status == http.StatusContinue
	var b [512]byte
	block := appendH2Status(b[:0], status)
	block = w.stream.conn.words.appendHeader(block, w.header, h2Skip{h2LengthField: true, h2TrailerField: true})
	w.stream.inform(block)
}

// invite sends a 100, so that a client that waits for it sends its body.
func (w *h2Writer) invite() {
	if !w.hasBegun && !w.invited {
		w.invited = true
		w.stream.inform(appendH2Status(nil, http.StatusContinue))
	}
}

// begin settles the head: it is encoded now, so that what a handler does to its
// header afterwards changes nothing, without a copy of it.
func (w *h2Writer) begin(status int) {
	w.settle(status, -1)
	var skip h2Skip
	if w.isEmpty() && status != http.StatusNotModified || w.stream.isTunnel && status < 300 {
		skip[h2LengthField] = true // RFC 9110, section 8.6
	} else if v := w.header["Content-Length"]; len(v) > 0 {
		n, err := strconv.ParseUint(v[0], 10, 63)
		if skip[h2LengthField] = err != nil || len(v) > 1; err == nil && len(v) == 1 {
			w.declared = int64(n)
		}
	}
	w.names = strings.Join(w.header["Trailer"], ",")
	w.mayTrail = w.names != "" || strings.HasPrefix(w.header.Get("Content-Type"), "application/grpc")
	w.head = w.stream.conn.words.appendHeader(w.head, w.header, skip)
	if _, isSet := w.header["Date"]; !isSet {
		w.addDate()
	}
}

// settle begins a head: with the status, and room for the rest.
func (w *h2Writer) settle(status int, declared int64) {
	w.hasBegun, w.status, w.declared = true, status, declared
	w.buffer = h2Pendings.Get().(*h2Pending)
	w.head, w.body = appendH2Status(w.buffer.head[:0], status), w.buffer.body[:0]
}

func (w *h2Writer) addDate() {
	w.head = appendH2Field(w.head, "Date", h2DateName, w.stream.conn.date())
}

// isEmpty reports whether the answer has no body, whatever the handler writes (RFC
// 9110, section 6.4.1).
func (w *h2Writer) isEmpty() bool {
	return w.status == http.StatusNoContent || w.status == http.StatusNotModified
}

func (w *h2Writer) isHead() bool { return w.stream.asked.method == http.MethodHead }

// Write writes to the body.
func (w *h2Writer) Write(p []byte) (int, error) {
	if err := w.admit(len(p)); err != nil {
		return 0, err
	}
	switch {
	case len(p) == 0 || w.isHead():
		return len(p), nil
	case w.mayWait(len(p)):
		w.body = append(w.body, p...)
		return len(p), nil
	case len(w.body) > 0:
		if err := w.send(w.body, false); err != nil {
			return 0, err
		}
		w.body = w.body[:0]
	}
	if err := w.send(p, w.isWhole()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WriteString is Write.
func (w *h2Writer) WriteString(p string) (int, error) { return w.Write([]byte(p)) }

// mayWait reports whether n more bytes may wait for what follows them. In a tunnel
// nothing waits.
func (w *h2Writer) mayWait(n int) bool {
	return len(w.body)+n <= h2Waits && !w.stream.isTunnel
}

// admit counts what is written, and refuses what may not be.
func (w *h2Writer) admit(n int) error {
	if !w.hasBegun {
		w.begin(http.StatusOK)
	}
	switch {
	case w.isFinished:
		return errH2Finished
	case w.isEmpty() && n > 0:
		return http.ErrBodyNotAllowed
	case w.declared >= 0 && w.written+int64(n) > w.declared:
		return http.ErrContentLength
	}
	w.written += int64(n)
	return nil
}

// isWhole reports whether nothing can follow what was written.
func (w *h2Writer) isWhole() bool {
	return w.declared >= 0 && w.written == w.declared && !w.mayTrail && !w.isHead()
}

// send sends the head, if that has not been done, and a part of the body. With end it
// says that this was all.
func (w *h2Writer) send(p []byte, end bool) error {
	head := w.head
	if w.hasSent {
		head = nil
	}
	w.hasSent = true
	return w.stream.send(head, p, end)
}

// FlushError sends what waits.
func (w *h2Writer) FlushError() error {
	if !w.hasBegun {
		w.begin(http.StatusOK)
	}
	if w.hasSent && len(w.body) == 0 {
		return nil
	}
	err := w.send(w.body, w.isWhole())
	w.body = w.body[:0]
	return err
}

// Flush sends what waits. Whoever wants to know whether it went uses FlushError.
func (w *h2Writer) Flush() { w.FlushError() }
