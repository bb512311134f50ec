package proxy

import "encoding/binary"

// A frames follows what goes one way over a WebSocket from frame to frame, and knows no
// more of it than where a message begins: there somebody can begin to listen (RFC 6455,
// section 5.2).
type frames struct {
	head     [10]byte // the beginning of a head that has not come whole
	n        int      // bytes of it
	left     uint64   // bytes until the next one
	isWithin bool     // the next frame goes on with a message
	isOther  bool     // it is no WebSocket, and any byte is as good as another
	isHeard  bool     // somebody listens
}

// pass takes what comes, and returns where the first message in it begins; -1 if none
// does.
func (f *frames) pass(b []byte) (at int) {
	if f.isOther {
		return 0
	}
	at = -1
	for i := 0; i < len(b); {
		if f.left > 0 {
			n := min(f.left, uint64(len(b)-i))
			f.left -= n
			i += int(n)
			continue
		}
		if f.n == 0 && !f.isWithin && at < 0 {
			at = i
		}
		f.head[f.n] = b[i]
		i++
		if f.n++; f.n >= 2 && f.n == f.size() {
			f.open()
		}
	}
	return at
}

// size is how long a head is, without the mask, of which two bytes are there.
func (f *frames) size() int {
	switch f.head[1] & 0x7f {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

// open reads the head of a frame.
func (f *frames) open() {
	f.n, f.left = 0, uint64(f.head[1]&0x7f)
	switch f.left {
	case 126:
		f.left = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		f.left = binary.BigEndian.Uint64(f.head[2:]) &^ (1 << 63) // which is none
	}
	if f.head[1]&0x80 != 0 {
		f.left += 4 // the mask
	}
	if code := f.head[0] & 0xf; code < 8 { // others may come within a message
		f.isWithin = f.head[0]&0x80 == 0
	}
}
