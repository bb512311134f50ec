package proxy

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// mostKept is how much of a body is kept, to be sent once more.
const mostKept = 64 << 10

// inFlight is how long what a client has sent may take to be here.
const inFlight = 100 * time.Millisecond

var errOver = errors.New("this request is over")

// A load is the body of a request on its way. It is taken from the client only
// when an upstream is there to take it. A nil one is no body.
type load struct {
	r       *http.Request
	control *http.ResponseController
	clock   func() time.Time
	tell    func(limen.Gap)
	vigil   *vigil // nil where the client is always read from

	turn sync.Mutex // of who reads from the client; mu may be taken while it is held

	mu        sync.Mutex // guards what follows
	now       *portion   // who sends it at the moment
	kept      []byte     // what came so far
	isTooMuch bool       // to be kept
	isEnded   bool       // all of it came
	isReading bool
	isStopped bool  // a read was ended
	isAnswer  bool  // the answer has begun: no read is ended any more
	err       error // of the client
}

// A portion is a load as one request to an upstream carries it.
type portion struct {
	load     *load
	trailer  http.Header // which gets what comes behind it; nil if that is nobody's
	at       int         // in the body, as long as that is kept
	isClosed bool
}

func newLoad(w http.ResponseWriter, r *http.Request, c Config) *load {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	return &load{r: r, control: http.NewResponseController(w), clock: c.Now, tell: c.Tell}
}

// begin returns the body for one more request to an upstream.
func (l *load) begin(trailer http.Header) *portion {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = &portion{load: l, trailer: trailer}
	return l.now
}

// rewind ends what sends the body now, and reports whether all of it can be
// sent once more.
func (l *load) rewind() bool {
	if l == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != nil {
		l.now.isClosed = true
	}
	return !l.isTooMuch && !l.isStopped && l.err == nil
}

// answered says that the answer begins, be it the upstream's or ours, and
// returns the writer of it. If there is more to come of the body, the two go on
// at the same time, and the connection ends after the answer: net/http has no way
// to find the next request then.
func (l *load) answered(w http.ResponseWriter) http.ResponseWriter {
	if l == nil {
		return w
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isAnswer = true
	if l.isStopped {
		l.control.SetReadDeadline(l.clock().Add(lingerTime)) // what still comes is read for a while, or the answer would be lost with the connection
	}
	if l.isEnded || l.r.ProtoMajor != 1 {
		return w
	}
	l.control.EnableFullDuplex()
	return last{w}
}

// A last writes the last answer on a connection.
type last struct{ http.ResponseWriter }

// WriteHeader says that it is.
func (l last) WriteHeader(status int) {
	l.Header()["Connection"] = []string{"close"}
	l.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (l last) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// wasStopped reports whether a read was ended, which net/http takes for the end
// of the client.
func (l *load) wasStopped() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isStopped
}

// end lets nobody read the body any more, and returns what was wrong with it.
func (l *load) end() error {
	if l == nil {
		return nil
	}
	l.vigil.end()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isAnswer = true; l.now != nil {
		l.now.isClosed = true
	}
	return l.err
}

// Read gives what is kept of the body, and then what comes from the client.
func (p *portion) Read(b []byte) (int, error) {
	l := p.load
	l.turn.Lock()
	defer l.turn.Unlock()
	l.vigil.taken()
	defer l.handOut()
	return p.read(b)
}

func (p *portion) read(b []byte) (int, error) {
	l := p.load
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case p.isClosed:
		return 0, errOver
	case !l.isTooMuch && p.at < len(l.kept):
		n := copy(b, l.kept[p.at:])
		p.at += n
		return n, nil
	case l.isEnded:
		return 0, p.finish()
	}
	n, err := l.read(b)
	if p.isClosed {
		return 0, errOver // what came is kept for the next
	}
	if p.at += n; err == io.EOF {
		err = p.finish()
	}
	return n, err
}

// read reads from the client, with mu held before and after.
func (l *load) read(b []byte) (int, error) {
	l.isReading = true
	l.mu.Unlock()
	n, err := l.take(b)
	l.mu.Lock()
	l.isReading = false
	if l.isTooMuch = l.isTooMuch || len(l.kept)+n > mostKept; l.isTooMuch {
		l.kept = nil
	} else {
		l.kept = append(l.kept, b[:n]...)
	}
	switch {
	case err == io.EOF:
		l.isEnded = true
	case err != nil && !l.isStopped:
		l.err = err
	}
	return n, err
}

// take reads what the client sends. A mistake in that ends the request, and nothing
// else.
func (l *load) take(b []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			l.tell(panicked(l.r, v, culprit()))
			n, err = 0, errMistake
		}
	}()
	return l.r.Body.Read(b)
}

// finish hands over the trailers, which came after the body.
func (p *portion) finish() error {
	if p.trailer != nil {
		addTrailers(p.trailer, p.load.r.Trailer)
	}
	return io.EOF
}

// Close ends the sending, also if the client has nothing to send for a while:
// whoever carries the request waits for the end of it before it says what
// went wrong.
func (p *portion) Close() error {
	l := p.load
	l.mu.Lock()
	defer l.mu.Unlock()
	if !p.isClosed && l.isReading && l.now == p {
		time.AfterFunc(inFlight, p.stop)
	}
	p.isClosed = true
	return nil
}

// stop ends the read that this portion waits for, unless that has come to an end,
// or ends no more: the connection would be lost, and the answer with it.
func (p *portion) stop() {
	l := p.load
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isReading && l.now == p && !l.isAnswer {
		l.isStopped = true
		l.control.SetReadDeadline(time.Unix(1, 0))
	}
}
