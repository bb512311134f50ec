package proxy

import (
	"net"
	"sync"
	"sync/atomic"
)

// An h2Input takes frames out of what arrives, without copying them. While its
// connection does nothing it keeps but a small buffer, since there may be
// thousands of those.
type h2Input struct {
	conn net.Conn
	buf  []byte
	r, w int // what has been read and not been taken is buf[r:w]
	last int // bytes that were read at once
	big  *h2InputBuffer

	received atomic.Uint64 // bytes; the clock of silence

	small [512]byte
}

// An h2InputBuffer holds two frames of the longest kind, so that reading the
// second seldom moves it.
type h2InputBuffer [2 * (h2HeadSize + h2FrameSize)]byte

var h2InputBuffers = sync.Pool{New: func() any { return new(h2InputBuffer) }}

// take returns the next n bytes. They are valid until something is read again.
func (in *h2Input) take(n int) ([]byte, error) {
	if err := in.need(n); err != nil {
		return nil, err
	}
	b := in.buf[in.r : in.r+n]
	in.r += n
	return b, nil
}

// need reads until n bytes can be taken.
func (in *h2Input) need(n int) error {
	for in.w-in.r < n {
		in.makeRoom(n)
		read, err := in.conn.Read(in.buf[in.w:])
		in.received.Add(uint64(read))
		in.last = read
		in.w += read
		if err != nil && in.w-in.r < n {
			return err
		}
	}
	return nil
}

// makeRoom sees to it that there is room to read, and for n bytes in one piece.
func (in *h2Input) makeRoom(n int) {
	if in.big == nil && (n > len(in.small) || in.w == len(in.small)) {
		in.big = h2InputBuffers.Get().(*h2InputBuffer)
		in.move(in.big[:])
	}
	if in.big == nil && in.buf == nil {
		in.buf = in.small[:]
	}
	if in.r == in.w {
		in.r, in.w = 0, 0
	}
	if in.r+n > len(in.buf) || in.w == len(in.buf) {
		in.move(in.buf)
	}
}

func (in *h2Input) move(to []byte) {
	in.w = copy(to, in.buf[in.r:in.w])
	in.buf, in.r = to, 0
}

// rest lets go of the big buffer if nothing is in it, and what came last would have
// had room in the small one: so it is with a WebSocket that is seldom used.
func (in *h2Input) rest() {
	if in.r == in.w && in.last < len(in.small) {
		in.release()
	}
}

// release lets go of the big buffer, and of what is in it.
func (in *h2Input) release() {
	if in.big != nil {
		h2InputBuffers.Put(in.big)
		in.big, in.buf, in.r, in.w = nil, in.small[:], 0, 0
	}
}
