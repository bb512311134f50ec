package proxy

import "iter"

// A fiber is a hot that a loop goes on with. It is a coroutine: where it would have to
// wait for bytes, it gives the loop back to the others. Whatever else may take time it
// does not do there: it leaves before, goes on as a goroutine like any other, and comes
// back when the request was answered.
type fiber struct {
	hot  *hot
	home *loop
	next func() (struct{}, bool)

	yield     func(struct{}) bool
	isAboard  bool // it runs on the loop
	isLeaving bool
	trips     int // how often it has left, of late
	answered  int // requests

	client, tether *swift // that it has; nil for none
}

// board has a client served by a loop from now on, and reports whether it is. If
// so, whoever has served it touches nothing of it any more.
func (h *hot) board() bool {
	if f := h.fiber; f != nil {
		f.comeBack()
		return false
	}
	client, ok := h.guest.Conn.(*swift)
	if !ok || !client.isMoorable() {
		return false
	}
	l := h.sorter.loops.least()
	if l == nil || !l.enter() {
		return false
	}
	f := &fiber{hot: h, home: l, client: client}
	l.post(f.begin)
	return true
}

// begin begins to run on the loop.
func (f *fiber) begin() {
	f.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		f.yield = yield
		f.hot.fiber = f
		f.hot.serve()
	})
	f.arrive()
}

// arrive goes on, on the loop.
func (f *fiber) arrive() {
	f.isAboard = true
	f.goOn()
}

// goOn runs the fiber until it waits. The loop calls it.
func (f *fiber) goOn() {
	_, isThere := f.next()
	switch {
	case !isThere:
		f.home.leave()
	case f.isLeaving:
		f.isLeaving = false
		f.home.start(f.goAlone)
	}
}

// goAlone runs the fiber as a goroutine of its own, until it has ended or wants to
// come back.
func (f *fiber) goAlone() {
	if _, isThere := f.next(); isThere {
		f.home.post(f.arrive)
		return
	}
	f.home.leave()
}

// leave leaves the loop, if it is there, before something that takes time.
func (f *fiber) leave() {
	if f == nil || !f.isAboard {
		return
	}
	f.letGo()
	if c := f.client; c.reader != nil || c.writer != nil { // else somebody may be using it who is none
		c.reader, c.writer = nil, nil
	}
	f.isAboard, f.isLeaving = false, true
	f.trips++
	f.yield(struct{}{})
}

// over is when it serves nobody any more.
func (f *fiber) over() {
	if f == nil {
		return
	}
	f.leave()
	f.hot.fiber = nil
}

const (
	// mostTrips is how often a fiber leaves before it stays away: what it carries does
	// not suit a loop.
	mostTrips = 16

	tripsOf = 1000 // requests, after which it may try again
)

// comeBack goes on, on the loop, once a request was answered.
func (f *fiber) comeBack() {
	if f.answered++; f.answered%tripsOf == 0 {
		f.trips = 0
	}
	if !f.isAboard && f.trips < mostTrips {
		f.yield(struct{}{})
	}
}

// place is the loop that it runs on; nil for none.
func (f *fiber) place() *loop {
	if f == nil || !f.isAboard {
		return nil
	}
	return f.home
}

// rest lets others run until something has come.
func (f *fiber) rest() { f.yield(struct{}{}) }

// take has a connection to an upstream read and written by the loop.
func (f *fiber) take(t *tether) {
	t.loop = nil
	if f == nil || !f.isAboard {
		return
	}
	s, ok := t.line.Conn.(*swift)
	if !ok || !s.moor(f.home) {
		f.leave()
		return
	}
	f.tether = s
	s.reader, s.writer = f, f
	t.loop = f.home
}

// letGo is when it has it no longer.
func (f *fiber) letGo() {
	if f != nil && f.tether != nil {
		f.tether.reader, f.tether.writer = nil, nil
		f.tether = nil
	}
}

// listen reads from the client, which nobody else does meanwhile.
func (h *hot) listen(p []byte) (int, error) {
	f := h.fiber
	if f != nil && f.isAboard && !f.client.moor(f.home) {
		f.leave()
	}
	if f == nil || !f.isAboard {
		return h.conn.Read(p)
	}
	f.client.reader, f.client.writer = f, f // TLS may have to answer
	n, err := h.conn.Read(p)
	f.client.reader, f.client.writer = nil, nil
	return n, err
}

// speak writes to the client. Meanwhile nobody begins to read of it, who over TLS would
// write, too.
func (h *hot) speak(p []byte) (int, error) {
	f, r := h.fiber, &h.reading
	if f == nil || !f.isAboard {
		return h.conn.Write(p)
	}
	mayRead := r.state.CompareAndSwap(readingMay, readingNot)
	if r.state.Load() == readingNow {
		f.leave()
		return h.conn.Write(p)
	}
	f.client.writer = f
	n, err := h.conn.Write(p)
	f.client.writer = nil
	if mayRead {
		r.state.Store(readingMay)
	}
	return n, err
}
