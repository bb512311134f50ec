package proxy

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// halfTime is how long a request goes on when its client has closed its side and
// nothing was answered yet: it may wait for the answer, or be gone, and looks
// the same.
const halfTime = 2 * time.Second

// SetReadDeadline is how the server ends a read: with a time in the past.
func (c *wary) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isBack {
		return net.ErrClosed
	}
	c.deadline = t
	c.change()
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline sets the time for reading and writing.
func (c *wary) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// time has the next part of a body come in time.
func (c *wary) time() {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := c.now().Add(c.bodyTime)
	if c.deadline.IsZero() || until.Before(c.deadline) {
		c.isTimed = true
		c.Conn.SetReadDeadline(until)
	}
}

// untime leaves the time for reading to the server.
func (c *wary) untime() {
	if !c.isTimed {
		return
	}
	c.isTimed = false
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Conn.SetReadDeadline(c.deadline)
}

// lacks is how much the client has yet to send of its request, at the least; see vigil.
// It is for whom the body is read by.
func (c *wary) lacks() uint64 {
	least, here := leastLeft(c.head.framing, c.left, &c.parts), uint64(len(c.room)-c.free)
	_, isTLS := c.Conn.(*tls.Conn)
	switch {
	case c.state != waryBody || least <= here:
		return 0
	case isTLS:
		return everything
	}
	return least - here
}

// isLate reports whether a read has ended because the client took too long, and
// not because the server wants it to.
func (c *wary) isLate(err error) bool {
	if !c.isTimed || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deadline.IsZero() || c.now().Before(c.deadline)
}

// change wakes who waits. It is called with c.mu held.
func (c *wary) change() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// wait waits until the server wants to read no longer, while there is something
// that it must not read yet, or nothing any more.
func (c *wary) wait() error {
	var gone <-chan time.Time
	if c.hasEnded {
		if _, isTLS := c.Conn.(*tls.Conn); isTLS {
			return io.EOF // nobody closes one side of TLS
		}
		half := time.NewTicker(halfTime)
		defer half.Stop()
		gone = half.C
	}
	for {
		c.mu.Lock()
		deadline, isClosed := c.deadline, c.isClosed
		if c.changed == nil {
			c.changed = make(chan struct{})
		}
		changed := c.changed
		c.mu.Unlock()
		var late <-chan time.Time
		if !deadline.IsZero() {
			left := deadline.Sub(c.now())
			if left <= 0 {
				return os.ErrDeadlineExceeded
			}
			timer := time.NewTimer(left)
			defer timer.Stop() // deadlines in the future are rare
			late = timer.C
		}
		if isClosed {
			return net.ErrClosed
		}
		select {
		case <-changed:
		case <-c.guest.away:
			return net.ErrClosed
		case <-late:
			return os.ErrDeadlineExceeded
		case <-gone:
			if !c.hasBegun() || c.guest.isDisowned() {
				return io.EOF
			}
		}
	}
}

// hasBegun reports whether the client is being answered.
func (c *wary) hasBegun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isAnswering
}
