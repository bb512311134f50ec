package probe

import "encoding/binary"

// Octets are a message of a binary protocol, read from its front. What is not
// there reads as nothing, and short says so at the end: a reader asks once,
// not after each field.
type octets struct {
	rest  []byte
	short bool // more was asked for than there is
}

// take returns the next n bytes, or nothing.
func (o *octets) take(n int) []byte {
	if n < 0 || n > len(o.rest) {
		o.rest, o.short = nil, true
		return nil
	}
	b := o.rest[:n]
	o.rest = o.rest[n:]
	return b
}

// text returns the next n bytes as text.
func (o *octets) text(n int) string { return string(o.take(n)) }

// ended returns the text up to the next zero byte, which it takes as well.
func (o *octets) ended() string {
	for i, b := range o.rest {
		if b == 0 {
			return string(o.take(i + 1)[:i])
		}
	}
	o.take(len(o.rest) + 1)
	return ""
}

// number returns the next byte.
func (o *octets) number() int {
	if b := o.take(1); b != nil {
		return int(b[0])
	}
	return 0
}

// number16 and number32 return the next two or four bytes as a number.
func (o *octets) number16(order binary.ByteOrder) int {
	if b := o.take(2); b != nil {
		return int(order.Uint16(b))
	}
	return 0
}

func (o *octets) number32(order binary.ByteOrder) int {
	if b := o.take(4); b != nil {
		return int(int32(order.Uint32(b))) // a length of more than 2 GiB is none, and becomes negative
	}
	return 0
}
