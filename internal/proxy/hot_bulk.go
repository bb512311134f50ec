package proxy

import (
	"errors"
	"io"
	"sync"
)

const (
	// hotBulk is how much of a large body is passed on at once: enough for the
	// system calls not to matter.
	hotBulk = 64 << 10

	// leastSplice is from how much on it pays to leave the bytes to the kernel, which
	// needs a pipe for that.
	leastSplice = 256 << 10
)

var hotBulks = sync.Pool{New: func() any { return new([hotBulk]byte) }}

// isBig reports whether the rest of the answer is of a known length, and worth a
// larger buffer.
func (h *hot) isBig() bool {
	return h.given.framing == framedByLength && h.given.left > tetherRoom
}

// passBulk passes on the rest of an answer of known length.
func (h *hot) passBulk() error {
	room := hotBulks.Get().(*[hotBulk]byte)
	defer hotBulks.Put(room)
	if h.given.left >= leastSplice {
		h.fiber.leave() // it would keep others waiting
	}
	maySplice := h.secret == nil // TLS is done here
	for h.given.left > 0 {
		if maySplice && h.given.left >= leastSplice && h.tape.hasEnough() {
			err := h.splice()
			if !errors.Is(err, errors.ErrUnsupported) {
				return err
			}
			maySplice = false
		}
		n, err := h.tether.line.Read(room[:min(hotBulk, h.given.left)])
		if n == 0 {
			return cutShort(err)
		}
		h.given.follow(room[:n])
		h.tape.content(room[:n])
		if err := h.write(room[:n]); err != nil {
			return errors.Join(io.ErrShortWrite, err)
		}
	}
	return nil
}
