package proxy

// Handlers run in goroutines that go on to the next request: the stack of a new one
// would have to grow to the depth of a handler first, which costs as much as a short
// answer does.

// h2Parked is how many of them wait for a next request on a connection that has had
// one of late.
const h2Parked = 16

// begin has a handler answer a request, when there is room for one more. A client may
// take requests back faster than handlers return, so those that run are counted, and
// not those that it waits for.
func (c *h2Conn) begin(s *h2Stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.streams[s.id] = s
	c.served = s.id
	s.window = c.initial
	s.stall.free = s.isTunnel || s.asked.isCall
	c.pending = append(c.pending, s)
	c.isQuiet = false
	switch {
	case c.parked > 0:
		c.parked-- // here, so that the next request wakes another
		c.begun.Signal()
	case c.hands < c.limits.streams:
		c.hands++
		c.handlers.Add(1)
		go c.serve()
	}
}

// serve answers requests, one after another.
func (c *h2Conn) serve() {
	defer c.handlers.Done()
	defer c.recover()
	for s := c.hire(); s != nil; s = c.hire() {
		s.call()
		c.left(s)
	}
}

// hire returns the request that has waited longest for a handler, waiting for one if
// that is worth it. It returns nil to a goroutine that is to end.
func (c *h2Conn) hire() *h2Stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.pending) == 0 {
		if c.err != nil || c.isQuiet || c.parked == h2Parked {
			c.hands--
			return nil
		}
		c.parked++
		c.begun.Wait()
	}
	s := c.pending[0]
	copy(c.pending, c.pending[1:])
	c.pending[len(c.pending)-1] = nil
	c.pending = c.pending[:len(c.pending)-1]
	return s
}

// dismiss ends the goroutines that wait. The lock is held.
func (c *h2Conn) dismiss() {
	c.parked = 0
	c.begun.Broadcast()
}

// left takes note that a handler has returned.
func (c *h2Conn) left(s *h2Stream) {
	unread := s.body.shut()
	c.mu.Lock()
	defer c.mu.Unlock()
	(*h2Context)(s).end()
	s.deadline.stop()
	if c.streams[s.id] == s {
		// The client is still sending, and may stop (RFC 9113, section 8.1); unless the
		// answer could not be ended, either.
		code := h2NoError
		if !s.hasSent {
			code = h2Internal
		}
		c.out = appendH2Reset(c.spare(), s.id, code)
		c.wake()
		c.remove(s, nil, true)
	}
	c.giveBack(unread)
}
