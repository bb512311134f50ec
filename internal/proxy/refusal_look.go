package proxy

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"time"
)

// lookTime is how long the head of an answer waits for the beginning of its body, to be
// looked at. Servers that refuse a host send both at once; a stream may be silent for
// hours.
const lookTime = 50 * time.Millisecond

// A peeker is a body of which can be seen what comes first, without taking it.
type peeker interface {
	// peek returns that. It is not ok if it has not come in time.
	peek(until time.Time) (beginning []byte, ok bool)
}

// glance returns the beginning of an answer's body, unless it takes long to come. All of
// it is left to be read.
func glance(answer *http.Response, until time.Time) (beginning string, ok bool) {
	b, isQuick := answer.Body.(peeker)
	if !isQuick || answer.ContentLength == 0 {
		return look(answer), true
	}
	seen, ok := b.peek(until)
	return string(seen), ok
}

func (b *tetherBody) peek(until time.Time) ([]byte, bool) { return b.tether.lookAhead(0, until) }

// lookAhead reads as much of a body as is looked at, which begins behind n bytes of the
// rest, and leaves it to be passed on.
func (t *tether) lookAhead(n int, until time.Time) (beginning []byte, ok bool) {
	beginning, ok = t.isSeen(n)
	if ok {
		return beginning, true
	}
	t.line.SetReadDeadline(until)
	defer t.line.SetReadDeadline(time.Time{})
	for !ok && t.fill() == nil { // an error comes again
		beginning, ok = t.isSeen(n)
	}
	return beginning, ok
}

// isSeen returns what there is of that, and whether it is enough: of an answer of known
// length as much as is looked at, of any other what comes first.
func (t *tether) isSeen(n int) (beginning []byte, isEnough bool) {
	came := t.rest()[n:]
	came = came[:min(len(came), mostLook)]
	switch a := &t.answer; a.framing {
	case framedByLength:
		return came, uint64(len(came)) >= min(a.length, mostLook)
	case framedByChunks:
		beginning, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(came))) // as far as it has come
		return beginning, len(beginning) > 0 || err == nil || len(came) == mostLook
	}
	return came, len(came) > 0
}
