package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	lingerTime  = time.Second // how long a client that was refused may take to read why
	lingerBytes = 1 << 20     // what it may still send meanwhile
)

var errRefused = errors.New("the request was refused")

// Write sends a part of an answer, unless the request was refused meanwhile.
func (c *wary) Write(p []byte) (int, error) {
	c.mu.Lock()
	if c.isRefused || c.isBack {
		c.mu.Unlock()
		return 0, errRefused
	}
	if !c.isOpen { // of what is said after an upgrade nobody knows how long it may take
		c.Conn.SetWriteDeadline(c.now().Add(c.stallTime))
	}
	switch {
	case c.isAnswering:
	case bytes.HasPrefix(p, []byte("HTTP/1.1 1")):
		// Something like 100 Continue, which an answer follows. It is short, and
		// nothing must come between the two.
		defer c.mu.Unlock()
		return c.Conn.Write(p)
	default:
		c.isAnswering = true
		c.change()
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// refuse lets nothing more through. It says why to the client, unless an answer
// is on its way: that is all that it can still get.
func (c *wary) refuse(why breach) error {
	err := error(why)
	if c.state == waryHead {
		err = io.EOF // the server says nothing to a client that has gone
	}
	c.state, c.room, c.at, c.free = waryShut, nil, 0, 0
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isAnswering {
		return err
	}
	c.isRefused = true
	c.Conn.SetWriteDeadline(c.now().Add(lingerTime))
	c.Conn.Write(rejection(why, c.now())) // whoever does not read it will see the end
	c.closeWrite()
	return err
}

// rejection is the answer to a request that is refused.
func rejection(why breach, now time.Time) []byte {
	status := breaches[why].status
	text := fmt.Sprintf("limen has refused this request: %s.\nNothing of it was passed on.\n", why.Error())
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\n\r\n%s",
		status, http.StatusText(status), now.UTC().Format(http.TimeFormat), len(text), text)
}

// CloseWrite says that nothing more will come.
func (c *wary) CloseWrite() error {
	if c.isGiven() {
		return net.ErrClosed
	}
	return c.closeWrite()
}

func (c *wary) closeWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close closes the connection. A client that was refused first gets some time to
// read why: if bytes of it were left unread, the system would have it lose the
// answer (RFC 9112, 9.6).
func (c *wary) Close() error {
	c.mu.Lock()
	wasClosed, isRefused := c.isClosed || c.isBack, c.isRefused
	c.isClosed = true
	c.change()
	c.mu.Unlock()
	if wasClosed {
		return net.ErrClosed
	}
	if isRefused {
		raw := c.guest.Conn
		raw.SetReadDeadline(c.now().Add(lingerTime))
		io.CopyN(io.Discard, raw, lingerBytes) // how it ends is the same to us
	}
	c.dropReel()
	err := c.Conn.Close()
	c.guest.leave()
	return err
}
