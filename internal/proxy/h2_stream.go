package proxy

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"github.com/limenhq/limen"
)

// An h2Stream is a request, and its answer.
type h2Stream struct {
	conn     *h2Conn
	id       uint32
	asked    h2Asked
	request  *http.Request // what a handler gets; nil until one does
	url      url.URL
	body     h2Body
	writer   h2Writer
	isTunnel bool  // CONNECT: the body and what is written are one connection
	hadEnded bool  // with its head: there is no body
	declared int64 // by content-length; -1 if it was not

	// What follows is guarded by the connection's lock.
	room     sync.Cond  // for who waits to write
	window   int64      // how much the client lets us send; less than zero after it took some back
	granted  int64      // how much we let it send
	owed     int32      // how much of it was read and not given back
	received int64      // bytes of the body
	hasEnded bool       // the client has sent everything
	hasSent  bool       // we have
	isQueued bool       // it waits for the connection, too
	err      error      // why it ended before its time
	deadline h2Deadline // the handler's, for writing
	stall    stall

	// the context
	isOver bool
	done   chan struct{}
	after  []*func()
	tether *tether // see tie
}

// open makes a stream. It is nobody's yet.
func (c *h2Conn) open(id uint32, hasEnded bool) *h2Stream {
	s := &h2Stream{conn: c, id: id, hasEnded: hasEnded, hadEnded: hasEnded, granted: int64(c.limits.window)}
	s.room.L = &c.mu
	s.body.stream, s.body.ready.L = s, &s.body.mu
	s.writer.stream = s
	return s
}

// call calls the handler. If it panics the client must not take what came so far
// for a whole answer.
func (s *h2Stream) call() {
	hasReturned := false
	defer func() {
		if hasReturned {
			return
		}
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			s.conn.limits.tell(limen.Gap{
				What: fmt.Sprintf("the answer to %s %q on %s", s.asked.method, s.asked.target, s.asked.host),
				Why:  fmt.Sprintf("its handler panicked: %v\n%s", v, debug.Stack()),
				Next: "report it, with these lines",
			})
		}
		s.reset(h2Internal, "its handler panicked")
	}()
	if !s.goShort() {
		s.conn.handler.ServeHTTP(&s.writer, s.build())
	}
	s.writer.finish()
	hasReturned = true
}

// reset ends a stream before its time, and tells the client.
func (s *h2Stream) reset(code http2.ErrCode, why string) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streams[s.id] != s {
		return
	}
	c.out = appendH2Reset(c.spare(), s.id, code)
	c.wake()
	c.remove(s, &h2Error{stream: s.id, code: code, why: why}, true)
}

// setDeadline has writing fail from then on, until it is set again.
func (s *h2Stream) setDeadline(t time.Time) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	s.deadline.set(&c.mu, t, c.limits.now, s.room.Broadcast, c.written.Broadcast)
}

// gone says why nothing can be written any more, or nil. The lock is held.
func (s *h2Stream) gone() error {
	switch {
	case s.err != nil:
		return s.err
	case s.conn.err != nil:
		return s.conn.err
	case s.deadline.hasPassed:
		return os.ErrDeadlineExceeded
	case s.hasSent:
		return http.ErrBodyNotAllowed
	}
	return nil
}
