package proxy

import (
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// An h2Body is the body of a request: what has come and was not read yet, at most a
// window of it. Its lock is never held together with that of the connection.
type h2Body struct {
	stream  *h2Stream
	waits   atomic.Bool // somebody waits for more of it
	expects bool        // a 100 goes out before anybody waits for the body (RFC 9110, section 10.1.1)

	mu       sync.Mutex // guards what follows
	ready    sync.Cond
	pieces   []*h2Piece
	trailers http.Header // that came behind it
	err      error       // what comes when the pieces are read; io.EOF at the end
	isShut   bool        // nobody reads it any more
	deadline h2Deadline  // the handler's
}

// An h2Piece is a part of a body.
type h2Piece struct {
	bytes [h2FrameSize]byte
	r, w  int
}

var h2Pieces = sync.Pool{New: func() any { return new(h2Piece) }}

// put takes in what has come, and reports whether anybody may read it yet.
func (b *h2Body) put(data []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isShut || b.err != nil {
		return false
	}
	for len(data) > 0 {
		last := len(b.pieces) - 1
		if last < 0 || b.pieces[last].w == h2FrameSize {
			p := h2Pieces.Get().(*h2Piece)
			p.r, p.w = 0, 0
			b.pieces = append(b.pieces, p)
			last++
		}
		p := b.pieces[last]
		n := copy(p.bytes[p.w:], data)
		p.w += n
		data = data[n:]
	}
	b.ready.Signal()
	return true
}

// end says that nothing more comes: err is io.EOF where that is as it should be.
func (b *h2Body) end(err error, trailers http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err, b.trailers = err, trailers
	}
	b.ready.Broadcast()
}

// shut gives up the body, and returns how many bytes of it were not read.
func (b *h2Body) shut() (unread int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isShut = true
	for _, p := range b.pieces {
		unread += p.w - p.r
		h2Pieces.Put(p)
	}
	b.pieces = nil
	b.deadline.stop()
	b.ready.Broadcast()
	return unread
}

// Read reads what has come, waiting for it if there is nothing.
func (b *h2Body) Read(p []byte) (int, error) {
	if b.expects {
		b.expects = false
		b.stream.writer.invite()
	}
	n, err := b.read(p)
	if n > 0 {
		b.stream.consumed(n)
	}
	return n, err
}

func (b *h2Body) read(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.pieces) == 0 || b.isShut || b.deadline.hasPassed {
		switch {
		case b.isShut:
			return 0, http.ErrBodyReadAfterClose
		case b.deadline.hasPassed:
			return 0, os.ErrDeadlineExceeded
		case b.err != nil:
			b.hand()
			return 0, b.err
		case len(p) == 0:
			return 0, nil
		}
		b.waits.Store(true)
		b.ready.Wait()
		b.waits.Store(false)
	}
	for n < len(p) && len(b.pieces) > 0 {
		first := b.pieces[0]
		m := copy(p[n:], first.bytes[first.r:first.w])
		first.r += m
		n += m
		if first.r == first.w {
			h2Pieces.Put(first)
			b.pieces = append(b.pieces[:0], b.pieces[1:]...)
		}
	}
	if len(b.pieces) == 0 && b.err == io.EOF {
		b.hand()
		return n, io.EOF // with the last bytes, so that nobody has to ask once more
	}
	return n, nil
}

// hand gives the trailers to the handler, in its own goroutine: it may look at the
// map at any time.
func (b *h2Body) hand() {
	if b.err != io.EOF || b.trailers == nil {
		return
	}
	r := b.stream.request
	if r.Trailer == nil {
		r.Trailer = http.Header{}
	}
	for key, values := range b.trailers {
		r.Trailer[key] = values
	}
	b.trailers = nil
}

// Close gives up the body: what still comes of it is thrown away.
func (b *h2Body) Close() error {
	if n := b.shut(); n > 0 {
		b.stream.consumed(n)
	}
	return nil
}

// setDeadline has reading fail from then on, until it is set again.
func (b *h2Body) setDeadline(t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deadline.set(&b.mu, t, b.stream.conn.limits.now, b.ready.Broadcast)
}
