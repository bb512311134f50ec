package proxy

import (
	"context"
	"net"
	"time"
)

// giveBack gives a connection back that was lent for one request, which was
// answered. The server finds that it has ended.
func (c *wary) giveBack() {
	c.dropReel()
	rest := c.room[c.free:]
	c.state, c.room, c.at, c.free = waryShut, nil, 0, 0
	c.mu.Lock()
	isClosed := c.isClosed // because serving ends
	c.isBack = !isClosed
	c.mu.Unlock()
	if isClosed {
		return
	}
	c.Conn.SetDeadline(time.Time{})
	c.guest.rest()
	c.owner.resume(rest)
}

// isGiven reports whether the connection is not this one's to touch any more.
func (c *wary) isGiven() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isBack
}

// SetWriteDeadline sets the time for writing.
func (c *wary) SetWriteDeadline(t time.Time) error {
	if c.isGiven() {
		return net.ErrClosed
	}
	return c.Conn.SetWriteDeadline(t)
}

// waryKey is for the wary that a request was let through by.
type waryKey struct{}

// note has the requests on a connection know what they were let through by.
func (c *wary) note(ctx context.Context) context.Context {
	return context.WithValue(ctx, waryKey{}, c)
}

// sendsOf is how often a request was sent before, on a connection of its own, and got no
// answer.
func sendsOf(ctx context.Context) int {
	c, ok := ctx.Value(waryKey{}).(*wary)
	if !ok || c.owner == nil {
		return 0
	}
	return c.owner.sends
}
