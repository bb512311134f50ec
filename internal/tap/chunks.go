package tap

import "bytes"

// trailerMost is how many bytes of trailers are kept.
const trailerMost = 16 << 10

// Chunks are a body in chunks (RFC 9112, section 7.1), which comes in parts. Whoever
// carried it has looked that there is nothing ambiguous in it.
type chunks struct {
	left    uint64 // bytes of the chunk, and the line end behind it
	line    []byte // of which the end has not come
	isLast  bool   // only trailers follow
	isDone  bool
	trailer []byte
}

// take gives what is in the chunks, and reports whether they are any.
func (c *chunks) take(b []byte, give func([]byte)) bool {
	for len(b) > 0 && !c.isDone {
		if c.left > 0 {
			n := min(c.left, uint64(len(b)))
			if data := min(c.left-min(c.left, 2), n); data > 0 {
				give(b[:data])
			}
			c.left -= n
			b = b[n:]
			continue
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			c.line = append(c.line, b...)
			return len(c.line) <= trailerMost
		}
		line := b[:i+1]
		if len(c.line) > 0 {
			line = append(c.line, line...)
			c.line = c.line[:0]
		}
		if b = b[i+1:]; !c.takeLine(line) {
			return false
		}
	}
	return true
}

// takeLine takes the line before a chunk, or one behind the last.
func (c *chunks) takeLine(line []byte) bool {
	text := bytes.TrimRight(line, "\r\n")
	switch {
	case !c.isLast:
		size, ok := hexOf(text)
		if c.isLast = size == 0; !c.isLast {
			c.left = size + 2
		}
		return ok
	case len(text) == 0:
		c.isDone = true
	case len(c.trailer)+len(line) > trailerMost:
		return false
	default:
		c.trailer = append(c.trailer, line...)
	}
	return true
}

// hexOf reads the size of a chunk, behind which there may be extensions.
func hexOf(text []byte) (n uint64, ok bool) {
	for i, c := range text {
		var digit byte
		switch {
		case '0' <= c && c <= '9':
			digit = c - '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			digit = c | 0x20 - 'a' + 10
		default:
			return n, i > 0 && (c == ';' || c == ' ' || c == '\t')
		}
		if n > 1<<58 {
			return 0, false
		}
		n = n<<4 | uint64(digit)
	}
	return n, len(text) > 0
}
