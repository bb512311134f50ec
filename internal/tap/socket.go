package tap

import (
	"cmp"
	"encoding/binary"

	"github.com/limenhq/limen"
)

// A socket reads what goes one way over a WebSocket (RFC 6455, section 5), and tells
// each message that is whole.
type socket struct {
	tell  func(kind limen.FrameKind, body []byte, size int64)
	keeps bool      // the bodies are wanted
	most  int       // bytes of one that are kept; zero means bodyMost
	plain *inflater // of messages that are compressed; nil if none may be

	head   [14]byte
	n      int // bytes of the head that are there
	frame  wsFrame
	left   uint64 // bytes of the frame's payload
	seen   uint64 // and of it, so far
	isOpen bool   // the payload is being read
	isLost bool   // it is no WebSocket, or there is a hole in it

	message message // which may come in several frames
	control message // which may come between these
}

// A wsFrame is the head of a frame.
type wsFrame struct {
	isFinal, isPressed, isMasked bool
	code                         byte
	mask                         [4]byte
}

// A message is one that has not come whole.
type message struct {
	code      byte
	isPressed bool
	isLate    bool // it was not wanted from its beginning, so its body is not kept
	body      []byte
	size      int64
}

// Opcodes (RFC 6455, section 5.2).
const (
	wsContinuation = 0
	wsControl      = 8 // from here on
)

// wsKinds are what is told of, by opcode.
var wsKinds = [16]limen.FrameKind{1: limen.FrameText, 2: limen.FrameBinary, 8: limen.FrameClose, 9: limen.FramePing, 10: limen.FramePong}

// keep has the bodies of messages wanted from the next one on, or none.
func (s *socket) keep(isKept bool) {
	if isKept && !s.keeps {
		for _, m := range []*message{&s.message, &s.control} {
			m.isLate, m.body = true, m.body[:0]
		}
	}
	s.keeps = isKept
}

// miss is when messages went by before that nobody heard, and to which compressed ones
// may refer.
func (s *socket) miss() {
	if s.plain != nil {
		s.plain.miss()
	}
}

// take takes what has come.
func (s *socket) take(b []byte) {
	for len(b) > 0 && !s.isLost {
		if !s.isOpen {
			b = b[s.takeHead(b):]
		} else {
			b = b[s.takePayload(b):]
		}
		if s.isOpen && s.left == 0 {
			s.isOpen = false
			s.endFrame()
		}
	}
}

// takeHead takes bytes of the head of a frame, and returns how many.
func (s *socket) takeHead(b []byte) int {
	need := 2
	if s.n >= 2 {
		need = s.headSize()
	}
	taken := copy(s.head[s.n:need], b)
	if s.n += taken; s.n < 2 || s.n < s.headSize() {
		return taken
	}
	s.n = 0
	s.isOpen = s.openFrame()
	s.isLost = !s.isOpen
	return taken
}

// headSize is how long the head is, of which two bytes are there.
func (s *socket) headSize() int {
	size := 2
	switch s.head[1] & 0x7f {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if s.head[1]&0x80 != 0 {
		size += 4
	}
	return size
}

// openFrame reads the head of a frame, and reports whether it is one.
func (s *socket) openFrame() bool {
	h := s.head[:]
	s.frame = wsFrame{isFinal: h[0]&0x80 != 0, isPressed: h[0]&0x40 != 0, isMasked: h[1]&0x80 != 0, code: h[0] & 0xf}
	s.left, s.seen = uint64(h[1]&0x7f), 0
	at := 2
	switch s.left {
	case 126:
		s.left, at = uint64(binary.BigEndian.Uint16(h[2:])), 4
	case 127:
		s.left, at = binary.BigEndian.Uint64(h[2:]), 10
	}
	if s.frame.isMasked {
		copy(s.frame.mask[:], h[at:])
	}
	f := s.frame
	switch {
	case h[0]&0x30 != 0 || s.left > 1<<62: // what nobody has agreed on
		return false
	case f.code >= wsControl:
		s.control = message{code: f.code}
		return wsKinds[f.code] != 0 && f.isFinal && !f.isPressed && s.left <= 125
	case f.code == wsContinuation:
		return s.message.code != 0 && !f.isPressed
	}
	isNext := s.message.code == 0
	s.message = message{code: f.code, isPressed: f.isPressed, body: s.message.body[:0]}
	return isNext && wsKinds[f.code] != 0 && (!f.isPressed || s.plain != nil)
}

// takePayload takes bytes of the payload of a frame, and returns how many.
func (s *socket) takePayload(b []byte) int {
	n := int(min(s.left, uint64(len(b))))
	to := &s.message
	if s.frame.code >= wsControl {
		to = &s.control
	}
	if s.keeps && !to.isLate {
		from := len(to.body)
		to.body = append(to.body, b[:max(0, min(n, cmp.Or(s.most, bodyMost)-from))]...)
		if s.frame.isMasked {
			for i := range to.body[from:] {
				to.body[from+i] ^= s.frame.mask[(s.seen+uint64(i))%4]
			}
		}
	}
	to.size += int64(n)
	s.left -= uint64(n)
	s.seen += uint64(n)
	return n
}

// endFrame tells of a message, if it is whole.
func (s *socket) endFrame() {
	if s.frame.code >= wsControl {
		s.tell(wsKinds[s.control.code], s.control.body, s.control.size)
		return
	}
	if !s.frame.isFinal {
		return
	}
	m := s.message
	s.message = message{body: m.body[:0]}
	body, size := m.body, m.size
	switch {
	case m.isPressed && s.keeps:
		body, size = s.plain.inflate(m.body, m.size)
	case m.isPressed:
		s.plain.miss()
	}
	s.tell(wsKinds[m.code], body, size)
}
