package proxy

import (
	"runtime"
	"sync"
)

// Nobody writes to the connection but one goroutine, so that neither a handler nor
// the reading of frames can be held up by a client that does not read. What the
// others have to say they append to one buffer, and the writer takes all of it at
// once: however many answers have come together, they are one write.

// h2Outputs are the buffers. A connection has one while there is something in it.
var h2Outputs = sync.Pool{New: func() any {
	b := make([]byte, 0, h2Backlog+2*h2FrameSize)
	return &b
}}

// spare returns the buffer to append to. The lock is held.
func (c *h2Conn) spare() []byte {
	if c.out == nil {
		c.output = h2Outputs.Get().(*[]byte)
		c.out = (*c.output)[:0]
	}
	return c.out
}

// wake has what is in the buffer written. The lock is held.
func (c *h2Conn) wake() {
	if c.isWriting {
		c.work.Signal()
		return
	}
	if c.isShut {
		return
	}
	c.isWriting = true
	c.helpers.Add(1)
	go c.write()
}

// write writes until there is nothing to write and no request is under way for some
// time.
func (c *h2Conn) write() {
	defer c.helpers.Done()
	defer c.recover()
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.isWriting = false }()
	for {
		for len(c.out) == 0 {
			if c.isOver || c.isQuiet && len(c.streams) == 0 {
				return
			}
			c.work.Wait()
		}
		if c.hands > c.parked {
			// Others may be about to answer: those whose upstreams have answered
			// together. Let those go first that can.
			c.mu.Unlock()
			runtime.Gosched()
			c.mu.Lock()
		}
		c.flush()
	}
}

// flush writes the buffer. The lock is held, and let go of meanwhile.
func (c *h2Conn) flush() {
	out, buffer := c.out, c.output
	c.out, c.output = nil, nil
	c.callNext()
	c.written.Broadcast()
	if !c.isOver { // else what is said last has its own
		c.conn.SetWriteDeadline(c.limits.now().Add(c.limits.stall))
	}
	err := c.deliver(out)
	h2Outputs.Put(buffer) // what had to grow has grown elsewhere
	if err != nil {
		c.isCut = true
		c.fail(err)
	}
	if c.isCut {
		c.out, c.output = nil, nil
	}
}

// deliver writes, with the lock let go of.
func (c *h2Conn) deliver(out []byte) error {
	c.mu.Unlock()
	defer c.mu.Lock()
	_, err := c.conn.Write(out)
	return err
}
