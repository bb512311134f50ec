package proxy

import (
	"golang.org/x/net/http2"
)

// Two windows bound what each side may have under way: one for each stream, one for
// the connection (RFC 9113, section 5.2). Ours grow again when a handler has read, so
// whoever sends faster than that waits, and nobody holds it for him.

// makeWay waits until a stream may write, and returns how many bytes of a body: at
// most n, and at most a frame. The lock is held, and is let go of while it waits.
//
// Who waits for the connection, rather than for his own window, stands in a queue
// with the others, and goes to its end after each frame.
func (s *h2Stream) makeWay(n int) (int, error) {
	c := s.conn
	for {
		if err := s.gone(); err != nil {
			c.leaveQueue(s)
			return 0, err
		}
		if s.window <= 0 {
			c.leaveQueue(s)
		} else if c.hasRoom() && (len(c.queue) == 0 || c.queue[0] == s) {
			c.leaveQueue(s)
			return int(min(int64(n), h2FrameSize, s.window, c.window)), nil
		} else if !s.isQueued {
			s.isQueued = true
			c.queue = append(c.queue, s)
		}
		s.stall.writing = true
		s.room.Wait()
		s.stall.writing = false
	}
}

// makeWayForHead waits until the connection takes a head. That needs no window, and
// so does not wait behind those that do.
func (s *h2Stream) makeWayForHead() error {
	for {
		if err := s.gone(); err != nil {
			return err
		}
		if len(s.conn.out) < h2Backlog {
			return nil
		}
		s.conn.written.Wait()
	}
}

// hasRoom reports whether the connection takes a part of a body.
func (c *h2Conn) hasRoom() bool { return len(c.out) < h2Backlog && c.window > 0 }

// leaveQueue takes a stream out of the queue, and lets the next have a look.
func (c *h2Conn) leaveQueue(s *h2Stream) {
	if s.isQueued {
		s.isQueued = false
		for i, other := range c.queue {
			if other == s {
				copy(c.queue[i:], c.queue[i+1:])
				c.queue[len(c.queue)-1] = nil
				c.queue = c.queue[:len(c.queue)-1]
				break
			}
		}
	}
	c.callNext()
}

// callNext wakes the first of the queue, if there is room.
func (c *h2Conn) callNext() {
	if len(c.queue) > 0 && c.hasRoom() {
		c.queue[0].room.Signal()
	}
}

// widen lets a stream send more, or less than nothing: a change of
// SETTINGS_INITIAL_WINDOW_SIZE may take back (RFC 9113, section 6.9.2).
func (s *h2Stream) widen(n int64) bool {
	s.window += n
	if s.window > h2MaxWindow {
		return false
	}
	s.room.Signal()
	return true
}

// takeWindow takes a WINDOW_UPDATE (RFC 9113, section 6.9).
func (c *h2Conn) takeWindow(f h2Frame) error {
	n, err := f.number()
	if err != nil {
		return err
	}
	n &= h2MaxWindow // the reserved bit
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.stream == 0 {
		c.window += int64(n)
		switch {
		case n == 0:
			return h2Breach(h2Protocol, "a window that grows by nothing")
		case c.window > h2MaxWindow:
			return h2Breach(h2FlowControl, "the connection's window is too large")
		}
		c.callNext()
		return nil
	}
	s, isOpen := c.streams[f.stream]
	switch {
	case !isOpen:
		return c.strayed(f)
	case n == 0:
		return h2StreamBreach(f.stream, h2Protocol, "a window that grows by nothing")
	case !s.widen(int64(n)):
		return h2StreamBreach(f.stream, h2FlowControl, "a stream's window is too large")
	}
	return nil
}

// charge takes what was sent to us from both of our windows. The lock is held.
func (c *h2Conn) charge(s *h2Stream, n int) error {
	if c.granted -= int64(n); c.granted < 0 {
		return h2Breach(h2FlowControl, "more than the connection's window")
	}
	if s == nil {
		return nil
	}
	if s.granted -= int64(n); s.granted < 0 {
		return h2StreamBreach(s.id, h2FlowControl, "more than the stream's window")
	}
	return nil
}

// consumed gives back the room of n bytes that a handler has read. A client is told
// when half a window has come together: each time would be a frame for a frame.
func (s *h2Stream) consumed(n int) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	c.giveBack(n)
	if s.hasEnded || s.isOver || c.streams[s.id] != s {
		return
	}
	if s.owed += int32(n); s.owed >= c.limits.window/2 {
		c.out = appendH2Window(c.spare(), s.id, s.owed)
		s.granted += int64(s.owed)
		s.owed = 0
		c.wake()
	}
}

// giveBack gives back the room of n bytes of the connection. The lock is held.
func (c *h2Conn) giveBack(n int) {
	if c.owed += int32(n); c.owed >= c.limits.windows/4 {
		c.out = appendH2Window(c.spare(), 0, c.owed)
		c.granted += int64(c.owed)
		c.owed = 0
		c.wake()
	}
}

// number returns the payload of a frame that is a number of 32 bits.
func (f h2Frame) number() (uint32, error) {
	if len(f.payload) != 4 {
		return 0, h2Breach(h2BadSize, http2.FrameType(f.kind).String()+" that does not have four bytes")
	}
	return uint32(f.payload[0])<<24 | uint32(f.payload[1])<<16 | uint32(f.payload[2])<<8 | uint32(f.payload[3]), nil
}
