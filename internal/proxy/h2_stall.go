package proxy

import (
	"time"

	"golang.org/x/net/http2"
)

// stall is how long a client has kept us waiting on a stream, as a watch that looks
// now and then sees it.
type stall struct {
	writing bool          // somebody waits to send a part of the answer
	begun   bool          // the answer has
	free    bool          // a tunnel, or a call that goes both ways: nothing has to come for hours
	lasts   time.Duration // since anything has moved
}

// isStalled reports whether a handler waits for its client: for a window for the answer,
// or for the body of a request that has no answer yet. The lock is held.
func (s *h2Stream) isStalled() bool {
	return s.stall.writing || s.body.waits.Load() && !s.stall.begun && !s.stall.free
}

// endStalled ends the streams whose clients have let us wait for too long. The
// connection goes on: there may be others on it. The lock is held.
func (w *h2Watch) endStalled() {
	c := w.conn
	for id, s := range c.streams {
		if !s.isStalled() {
			s.stall.lasts = 0
			continue
		}
		if s.stall.lasts += c.limits.head; s.stall.lasts < c.limits.stall {
			continue
		}
		c.out = appendH2Reset(c.spare(), id, http2.ErrCodeCancel)
		c.wake()
		c.remove(s, &h2Error{stream: id, code: http2.ErrCodeCancel, why: "the client let us wait for too long"}, true)
	}
}
