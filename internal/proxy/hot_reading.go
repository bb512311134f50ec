package proxy

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// A reading is who reads from a client while it is being answered: the rest of its
// body, if there is any, and then only to learn whether it is still there. Most
// answers come sooner than that is worth a goroutine. While it goes on, what was read
// belongs to it.
type reading struct {
	state       atomic.Uint32 // a readingState
	isWhole     atomic.Bool   // the client has sent all of its request
	isAnswering atomic.Bool   // bytes of the answer are on their way
	isGone      atomic.Bool   // nobody is left to answer
	isMistaken  atomic.Bool   // nor anybody to go on, because of a mistake of ours
	breach      atomic.Uint32 // why the body is refused
	since       atomic.Int64  // when it began to wait for a part of the body; zero while it does not

	over chan bool // gets one when it has ended
	quit chan bool // closed when it shall end

	end       int    // where in hot.in the request ends, as far as it came
	behind    []byte // what came behind a request that was too much to be kept
	isTooMuch bool   // not all of the request is in hot.in
	isLeft    bool   // the upstream was left while it took nothing of the body
}

const (
	readingNot uint32 = iota
	readingMay        // somebody may begin
	readingNow
)

// begin makes it ready for a request of which n bytes have come.
func (r *reading) begin(n int, isWhole bool) {
	r.isWhole.Store(isWhole)
	r.isAnswering.Store(false)
	r.isGone.Store(false)
	r.isMistaken.Store(false)
	r.breach.Store(0)
	r.end, r.behind, r.isTooMuch, r.isLeft = n, nil, false, false
}

// start reads the rest of the body.
func (r *reading) start(h *hot) {
	r.state.Store(readingNow)
	go h.readOn()
}

// watch begins to look after a client that waits for long.
func (r *reading) watch(h *hot) {
	if r.state.CompareAndSwap(readingMay, readingNow) {
		go h.readOn()
	}
}

// stop ends it, and waits for that. An upstream that has answered, and for a while takes
// nothing more of the body, is left.
func (r *reading) stop(h *hot) {
	if r.state.Swap(readingNot) != readingNow {
		return
	}
	h.fiber.leave()
	close(r.quit)
	h.guest.SetReadDeadline(time.Unix(1, 0))
	late := time.NewTimer(overlap)
	defer late.Stop()
	select {
	case <-r.over:
	case <-late.C:
		r.isLeft = true
		h.tether.cut()
		<-r.over
	}
	h.guest.SetReadDeadline(time.Time{})
	r.quit = make(chan bool)
}

// fault is why a request came to nothing before its answer had, empty if it did not.
func (r *reading) fault() string {
	switch why := breach(r.breach.Load()); {
	case why != 0:
		return why.Error()
	case r.isMistaken.Load():
		return faultBroken
	case r.isGone.Load():
		return faultGone
	}
	return ""
}

// isKept reports whether a request whose head has n bytes is as it came, and may be sent
// again.
func (r *reading) isKept(n int) bool { return !r.isTooMuch && r.end-n <= mostKept }

func (r *reading) mustQuit() bool {
	select {
	case <-r.quit:
		return true
	default:
		return false
	}
}

// readOn reads from the client until it is told to end.
func (h *hot) readOn() {
	defer func() { h.reading.over <- true }()
	defer h.forgo()
	if !h.reading.isWhole.Load() && !h.readBody() {
		return
	}
	h.tape.start(h) // who watches sees it before it is answered
	h.watch()
}

// forgo ends a request, and nothing else, when there is a mistake in what reads of its
// client.
func (h *hot) forgo() {
	if v := recover(); v != nil {
		h.sorter.limits.tell(mistake(fmt.Sprintf("the answer to %.200q", h.head.target.of(h.said)), v))
		h.reading.isMistaken.Store(true)
		h.lose()
	}
}

// isPassing reports whether reading goes on after an error. If not, the client has
// ended its side in the middle of a body, or takes too long, or it is time to quit.
func (h *hot) isPassing(err error) bool {
	switch {
	case !errors.Is(err, os.ErrDeadlineExceeded):
		h.lose()
		return false
	case h.reading.mustQuit():
		return false
	case h.isStalled():
		h.giveUp(breachStalled)
		return false
	}
	h.guest.SetReadDeadline(time.Time{})
	return !h.reading.mustQuit() // which may have come before that
}

// isStalled reports whether the client has sent nothing of its body for too long.
func (h *hot) isStalled() bool {
	since := h.reading.since.Load()
	return since != 0 && time.Duration(h.guest.crowd.clock.Load()-since) > h.sorter.body
}

// giveUp ends a request because of its body.
func (h *hot) giveUp(why breach) {
	h.reading.breach.Store(uint32(why))
	h.tether.cut()
}

// lose ends a request that nobody waits for any more.
func (h *hot) lose() {
	h.reading.isGone.Store(true)
	h.tether.cut()
}

// watch keeps what a client says behind its request, up to a bound, and finds out
// whether it leaves.
func (h *hot) watch() {
	r := &h.reading
	room, from := &h.in, r.end
	if r.isTooMuch {
		room, from = &r.behind, 0
	}
	for len(*room)-from < keptRoom {
		*room = roomIn(*room)
		n, err := h.conn.Read((*room)[len(*room):cap(*room)])
		*room = (*room)[:len(*room)+n]
		switch {
		case n > 0:
		case errors.Is(err, io.EOF) && h.secret == nil: // nobody closes one side of TLS
			h.waitHalf()
			return
		case !h.isPassing(err):
			return
		}
	}
}

// waitHalf is for a client that has closed its side: it may wait for its answer, or be
// gone, and looks the same.
func (h *hot) waitHalf() {
	half := time.NewTicker(halfTime)
	defer half.Stop()
	for {
		select {
		case <-h.reading.quit:
			return
		case <-h.guest.away:
		case <-h.ctx.Done():
		case <-half.C:
			if h.reading.isAnswering.Load() && !h.guest.isDisowned() {
				continue
			}
		}
		h.lose()
		return
	}
}
