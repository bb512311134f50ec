package proxy

import "time"

// An h2Watch looks at a connection now and then: whether heads arrive in time, and
// whether the client is still there. It needs no clock for that, and the connection
// has nothing to do for it but to count.
type h2Watch struct {
	conn     *h2Conn
	timer    *time.Timer
	received uint64 // when it last looked
	awaited  uint32
	quiet    time.Duration // how long nothing has come
	hasAsked bool          // whether the client is there
}

func (w *h2Watch) start(c *h2Conn) {
	w.conn = c
	c.mu.Lock()
	defer c.mu.Unlock()
	w.timer = time.AfterFunc(c.limits.head, w.look)
}

func (w *h2Watch) stop() {
	w.conn.mu.Lock()
	defer w.conn.mu.Unlock()
	w.timer.Stop()
	w.timer = nil
}

// hurry has it look sooner. The lock is held.
func (w *h2Watch) hurry(in time.Duration) {
	if w.timer != nil {
		w.timer.Reset(in)
	}
}

func (w *h2Watch) look() {
	c := w.conn
	defer c.recover()
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.timer == nil {
		return // it was stopped meanwhile
	}
	w.timer.Reset(c.limits.head)
	c.credit.Store(int32(c.limits.credit))
	w.endStalled()
	if c.leaving == h2Warned {
		c.part()
	}
	if awaited := c.awaited.Load(); awaited != 0 && awaited == w.awaited {
		c.end(&h2Error{code: h2Calm, why: "a head took too long to arrive"})
		return
	}
	w.awaited = c.awaited.Load()
	if received := c.in.received.Load(); received != w.received {
		w.received, w.quiet, w.hasAsked, c.isQuiet = received, 0, false, false
		return
	}
	c.isQuiet = true
	c.work.Signal() // the writer may go
	c.dismiss()
	if w.quiet += c.limits.head; w.quiet < c.limits.idle {
		return
	}
	w.ask()
}

// ask ends a connection on which there is no request, and asks the client of one on
// which there is whether it is still there. A WebSocket may be silent for hours.
func (w *h2Watch) ask() {
	c := w.conn
	w.quiet = 0
	switch {
	case len(c.streams) == 0:
		c.part()
	case w.hasAsked:
		c.end(&h2Error{code: h2NoError, why: "the client does not answer"})
	default:
		w.hasAsked = true
		c.out = appendH2Ping(c.spare(), 0, [8]byte{'t', 'h', 'e', 'r', 'e', '?'})
		c.wake()
	}
}
