package proxy

import (
	"math"
	"sync"
	"time"
)

// vigilTime is from one look of a vigil to the next.
const vigilTime = 500 * time.Millisecond

// A vigil looks after a client while a part of its body is handed to an upstream, which
// may take it never. Nobody reads from the client then, so nobody would learn that it has
// left. A nil one does nothing.
type vigil struct {
	guest *guest
	leave func() // is called once, when the client has left

	mu    sync.Mutex  // guards what follows; while it is held nobody reads from the client
	timer *time.Timer // nil when it is over
	isOut bool        // a part is handed over, and not taken
	isOld bool        // as it was at the last look
	lacks uint64      // how much the client has yet to send, at the least
}

// newVigil starts looking, which end ends.
func newVigil(g *guest, leave func()) *vigil {
	v := &vigil{guest: g, leave: leave}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.timer = time.AfterFunc(vigilTime, v.look)
	return v
}

// hand is when a part is handed over. Of what the client then lacks, none is read.
func (v *vigil) hand(lacks uint64) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.isOut, v.isOld, v.lacks = true, false, lacks
}

// taken is when it was taken.
func (v *vigil) taken() {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.isOut = false
}

// end is when nothing more is read from the client for this request.
func (v *vigil) end() {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.timer != nil {
		v.timer.Stop()
		v.timer = nil
	}
}

// look looks once. An upload that is merely slow has a client that is there.
func (v *vigil) look() {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.timer == nil:
		return // it was ended meanwhile
	case v.isOut && v.isOld && v.guest.hasLeft(v.lacks):
		v.timer = nil
		v.leave()
		return
	}
	v.isOld = v.isOut
	v.timer.Reset(vigilTime)
}

// hasLeft reports whether a client, of which something is awaited, is gone: it has reset
// the connection, or has ended its side and sent less than it lacks. One that has sent
// all may wait for its answer with its side closed, and looks the same as one that is
// gone.
func (g *guest) hasLeft(lacks uint64) bool {
	if g.isDisowned() {
		return true
	}
	unread, hasEnded := g.unread()
	return hasEnded && unread < lacks
}

// everything is what a client lacks of which nothing counts behind its end: nobody
// closes one side of TLS.
const everything = math.MaxUint64

// leastLeft is how many bytes of a body are yet to come, at the least.
func leastLeft(f framing, left uint64, parts *chunks) uint64 {
	switch {
	case f == framedByLength:
		return left
	case f != framedByChunks || parts.state == chunkDone:
		return 0
	case parts.state == chunkData:
		return parts.left + uint64(len("\r\n0\r\n\r\n"))
	}
	return 1
}
