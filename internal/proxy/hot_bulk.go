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

	// mostTaped is as much of a body as recordings are offered.
	mostTaped = 1 << 20
)

var hotBulks = sync.Pool{New: func() any { return new([hotBulk]byte) }}

// isBig reports whether the rest of the answer is of a known length, and worth a
// larger buffer.
func (h *hot) isBig() bool {
	return h.given.framing == framedByLength && h.given.left > tetherRoom && len(h.tether.rest()) == 0
}

// passBulk passes on the rest of an answer of known length.
func (h *hot) passBulk() error {
	room := hotBulks.Get().(*[hotBulk]byte)
	defer hotBulks.Put(room)
	seen := h.given.left // as much as has to be copied
	if seen >= leastSplice {
		h.fiber.leave() // it would keep others waiting
	}
	switch {
	case h.secret != nil || seen < leastSplice: // TLS is done here
	case h.tape.to != nil:
		seen = min(seen, mostTaped)
	default:
		seen = 0
	}
	for h.given.left > 0 {
		if seen == 0 {
			err := h.splice()
			if !errors.Is(err, errors.ErrUnsupported) {
				return err
			}
			seen = h.given.left
		}
		n, err := h.tether.line.Read(room[:min(hotBulk, seen)])
		if n == 0 {
			return cutShort(err)
		}
		h.given.follow(room[:n])
		seen -= uint64(n)
		h.tape.content(room[:n])
		if err := h.write(room[:n]); err != nil {
			return errors.Join(io.ErrShortWrite, err)
		}
	}
	return nil
}
