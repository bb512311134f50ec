package tap

import "slices"

const (
	batchRoom   = 256 << 10 // bytes of a batch
	batchesMost = 8         // that there are while much goes by: two bodies that come at once
	batchesDue  = 2         // full ones that are not left until it is time: each call of the system keeps a thread of the runtime busy
)

// A batch is what is written at once: a block, as it will be on disk.
type batch struct {
	bytes   []byte // its head is left free
	begun   int64  // requests that begin in it
	highest uint64 // number of them
}

// A spool is where pieces wait to be written. It is guarded by the tap's mutex.
type spool struct {
	fill   *batch   // which takes what comes; nil if there is none to be had
	ready  []*batch // which are full
	spare  []*batch
	made   int
	missed int64 // requests for which there was no room, here or on the disk
}

// room returns a batch with room for so many bytes; nil if there is none.
func (s *spool) room(n int) (b *batch, isFull bool) {
	if s.fill != nil && len(s.fill.bytes)+n > batchRoom {
		s.ready = append(s.ready, s.fill)
		s.fill, isFull = nil, true
	}
	switch {
	case s.fill != nil:
	case len(s.spare) > 0:
		s.fill = s.spare[len(s.spare)-1]
		s.spare = s.spare[:len(s.spare)-1]
	case s.made < batchesMost:
		s.made++
		s.fill = &batch{bytes: make([]byte, blockHead, batchRoom+len(blockEnd))}
	}
	return s.fill, isFull
}

// next returns the batch that is to be written next; with all, also one that is not
// full. It returns nil if there is none.
func (s *spool) next(all bool) *batch {
	if len(s.ready) > 0 {
		b := s.ready[0]
		s.ready = slices.Delete(s.ready, 0, 1)
		return b
	}
	if !all || s.fill == nil || len(s.fill.bytes) == blockHead {
		return nil
	}
	b := s.fill
	s.fill = nil
	return b
}

// give takes back a batch that was written.
func (s *spool) give(b *batch) {
	b.bytes, b.begun, b.highest = b.bytes[:blockHead], 0, 0
	s.spare = append(s.spare, b)
}

// shrink lets go of batches that a burst has needed.
func (s *spool) shrink() {
	if len(s.spare) > 1 {
		s.made -= len(s.spare) - 1
		clear(s.spare[1:])
		s.spare = s.spare[:1]
	}
}

// keep puts a piece into the spool: parts, and one more of two halves, if its kind is
// not 0. It reports whether there was room; then a track that is over is none of those
// that are open any more.
func (t *Tap) keep(p piece, parts []byte, kind partKind, before, after []byte, over *Track) bool {
	size := len(parts)
	var head [partHeadMost]byte
	var last []byte
	if kind != 0 {
		last = appendPartHead(head[:0], kind, len(before)+len(after))
		size += len(last) + len(before) + len(after)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, isFull := t.spool.room(pieceHeadMost + size)
	if isFull && len(t.spool.ready) >= batchesDue {
		nudge(t.full)
	}
	isFirst := p.sequence == 0 && p.number > 0
	if b == nil {
		if isFirst {
			t.spool.missed++
		}
		return false
	}
	b.bytes = append(appendPieceHead(b.bytes, p, size), parts...)
	b.bytes = append(append(append(b.bytes, last...), before...), after...)
	t.bodies.use(size)
	if isFirst {
		b.begun++
		b.highest = max(b.highest, p.number)
	}
	if over != nil {
		t.open.remove(over)
	}
	return true
}
