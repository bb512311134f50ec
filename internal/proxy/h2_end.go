package proxy

import (
	"errors"
	"net"

	"golang.org/x/net/http2"
)

// An h2Leaving is how far a connection is on its way to the end. A client may be
// sending a request at the very moment, so it is told twice: first that the end is
// near, and when it must have heard that, which request was the last (RFC 9113,
// section 6.8).
type h2Leaving byte

const (
	h2Stays    h2Leaving = iota
	h2Warned             // the client was told
	h2Finishes           // what comes now comes too late
)

// h2LastPing is what the client sends back when it must have heard that the end is
// near.
var h2LastPing = [8]byte{'t', 'h', 'e', ' ', 'l', 'a', 's', 't'}

// shutdown begins the end: requests that are under way are answered.
func (c *h2Conn) shutdown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving != h2Stays || c.err != nil {
		return
	}
	c.leaving = h2Warned
	c.out = appendH2GoAway(c.spare(), h2MaxID, h2NoError, "")
	c.out = appendH2Ping(c.out, 0, h2LastPing)
	c.wake()
	c.watch.hurry(farewell)
}

// part says which request was the last. The lock is held.
func (c *h2Conn) part() {
	if c.leaving == h2Finishes || c.err != nil {
		return
	}
	c.leaving = h2Finishes
	c.out = appendH2GoAway(c.spare(), c.served, h2NoError, "")
	c.wake()
	c.checkEnd()
}

// checkEnd ends the connection if nothing is left to do on it. The lock is held.
func (c *h2Conn) checkEnd() {
	if c.leaving == h2Finishes && len(c.streams) == 0 && !c.isOver && c.err == nil {
		c.isOver = true
		c.conn.SetReadDeadline(longAgo) // the reader is waiting, and ends it
	}
}

// ended says what the end of reading means: a deadline that we have set ourselves
// means that all is done, or says why not.
func (c *h2Conn) ended(err error) error {
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return c.err
	case c.isOver:
		return errH2Over
	}
	return err
}

// end ends the connection from outside of the reader. The lock is held.
func (c *h2Conn) end(breach *h2Error) {
	if c.err == nil {
		c.sayWhy(breach)
		c.fail(breach)
	}
}

// sayWhy tells the client why the connection ends. The lock is held.
func (c *h2Conn) sayWhy(breach *h2Error) {
	c.out = appendH2GoAway(c.spare(), c.served, breach.code, breach.why)
	c.wake()
}

// recover ends the connection, and nothing else, when there is a mistake in what serves
// it.
func (c *h2Conn) recover() {
	if v := recover(); v != nil {
		c.forgo(v)
	}
}

// forgo is for who has recovered from that.
func (c *h2Conn) forgo(v any) error {
	c.limits.tell(mistake("what "+c.remote+" has asked for", v))
	breach := &h2Error{code: h2Internal, why: errMistake.Error()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(breach)
	return breach
}

// takeGoAway takes a GOAWAY: the client asks for nothing more.
func (c *h2Conn) takeGoAway(f h2Frame) error {
	switch {
	case f.stream != 0:
		return h2Breach(h2Protocol, "GOAWAY on a stream")
	case len(f.payload) < 8:
		return h2Breach(h2BadSize, "GOAWAY that is too short")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.part()
	return nil
}

// takePing takes a PING, and answers it (RFC 9113, section 6.7).
func (c *h2Conn) takePing(f h2Frame) error {
	switch {
	case f.stream != 0:
		return h2Breach(h2Protocol, "PING on a stream")
	case len(f.payload) != 8:
		return h2Breach(h2BadSize, "PING that does not have eight bytes")
	}
	payload := [8]byte(f.payload)
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.flags&h2Ack != 0 {
		if payload == h2LastPing && c.leaving == h2Warned {
			c.part()
		}
		return nil
	}
	c.out = appendH2Ping(c.spare(), h2Ack, payload)
	c.wake()
	return c.replied()
}

// takeReset takes an RST_STREAM: the client wants its request back (RFC 9113, section
// 6.4).
func (c *h2Conn) takeReset(f h2Frame) error {
	code, err := f.number()
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, isOpen := c.streams[f.stream]
	if !isOpen {
		return c.strayed(f)
	}
	c.remove(s, &h2Error{stream: s.id, code: http2.ErrCode(code), why: faultGone}, false)
	return c.errand()
}
