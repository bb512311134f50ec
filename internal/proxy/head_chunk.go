package proxy

const (
	maxExtension = 1 << 10  // bytes of the extensions of one chunk
	maxWaste     = 16 << 10 // bytes that chunks may have beyond twice their content, as net/http has it
	maxTrailer   = 3 << 10  // bytes behind the last chunk; net/http has room for a few more
)

// A chunks follows a body in chunks (RFC 9112, 7.1) without changing it. It
// needs no more memory for a long body than for a short one. The zero value
// stands before the first chunk.
type chunks struct {
	state  chunkState
	digits int    // of the size
	left   uint64 // bytes of the chunk
	extent int    // bytes of its extensions
	waste  int64

	isAnswer bool // whose trailers may be what whoever passes them on leaves out

	line    []byte // of a field behind the last chunk, as far as it came
	trailer int    // bytes behind the last chunk
	fields  int
}

// A chunkState is what comes next.
type chunkState uint8

const (
	chunkSize      chunkState = iota // a digit, or the end of them
	chunkExtension                   // what stands behind the size and a semicolon
	chunkSizeEnd                     // the line feed behind either
	chunkData
	chunkDataReturn // the line's end behind the content, which is not counted in its size
	chunkDataEnd
	chunkTrailer // fields, up to an empty line
	chunkDone
)

// chunkSteps take one byte each. The states that take many at once are not
// among them.
var chunkSteps = [...]func(c *chunks, b byte) breach{
	chunkSize:       (*chunks).takeSize,
	chunkExtension:  (*chunks).takeExtension,
	chunkSizeEnd:    (*chunks).takeSizeEnd,
	chunkDataReturn: (*chunks).takeDataReturn,
	chunkDataEnd:    (*chunks).takeDataEnd,
	chunkTrailer:    (*chunks).takeTrailer,
}

// follow takes what comes next, and returns how much of it belongs to the body
// and is as it should be. The body ends there if the state is chunkDone.
func (c *chunks) follow(b []byte) (n int, why breach) { return c.until(chunkDone, b) }

// until is the same, but that it goes no further than to where a state begins.
func (c *chunks) until(end chunkState, b []byte) (n int, why breach) {
	for n < len(b) && c.state < end {
		if c.state == chunkData {
			take := min(c.left, uint64(len(b)-n))
			n += int(take)
			if c.left -= take; c.left == 0 {
				c.state = chunkDataReturn
			}
			continue
		}
		if why := chunkSteps[c.state](c, b[n]); why != 0 {
			return n, why
		}
		n++
	}
	return n, 0
}

func (c *chunks) takeSize(b byte) breach {
	switch {
	case classes[b]&inHex != 0:
		if c.digits++; c.digits > 16 {
			return breachChunkSize
		}
		c.left = c.left<<4 | uint64(digit(b))
		return 0
	case c.digits == 0 || c.left > 1<<62: // where signed numbers end, some turn round
		return breachChunkSize
	case b == ';':
		c.state = chunkExtension
	case b == '\r':
		c.state = chunkSizeEnd
	case b == '\n':
		return breachLineFeed
	default:
		return breachChunkSize
	}
	return 0
}

// digit is the value of a hexadecimal digit.
func digit(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return lower(b) - 'a' + 10
}

func (c *chunks) takeExtension(b byte) breach {
	switch {
	case b == '\r':
		c.state = chunkSizeEnd
		return 0
	case b == '\n':
		return breachLineFeed
	case classes[b]&inValue == 0 || b >= 0x80:
		return breachChunkExtension
	}
	if c.extent++; c.extent > maxExtension {
		return breachChunkExtension
	}
	return 0
}

// takeSizeEnd counts, too, what a sender spends on things that are not content.
// Chunks of single bytes are a way to stream, so 16 bytes are free for each.
func (c *chunks) takeSizeEnd(b byte) breach {
	if b != '\n' {
		return breachReturn
	}
	line := c.digits + len("\r\n\r\n")
	if c.extent > 0 {
		line += c.extent + len(";")
	}
	c.waste = max(0, c.waste+int64(line)-16-2*int64(min(c.left, maxWaste)))
	if c.waste > maxWaste {
		return breachChunkWaste
	}
	c.state = chunkData
	if c.left == 0 {
		c.state = chunkTrailer
	}
	c.digits, c.extent = 0, 0
	return 0
}

func (c *chunks) takeDataReturn(b byte) breach {
	if b != '\r' {
		return breachChunkEnd
	}
	c.state = chunkDataEnd
	return 0
}

func (c *chunks) takeDataEnd(b byte) breach {
	if b != '\n' {
		return breachChunkEnd
	}
	c.state = chunkSize
	return 0
}

// forbidden are the fields that decide what a message is, and so must be known
// before it (RFC 9110, 6.5.1).
var forbidden = []string{
	"content-length", "transfer-encoding", "host", "connection", "trailer", "te", "upgrade", "expect", // where it ends, and where it goes
	"authorization", "proxy-authorization", "cookie", "set-cookie", "www-authenticate", // who asks
	"content-encoding", "content-type", "content-range", // how it is read
	"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", // where it came from
	"location", "cache-control", "max-forwards", "range",
}

func (c *chunks) takeTrailer(b byte) breach {
	if c.trailer++; c.trailer > maxTrailer {
		return breachTrailerLong
	}
	c.line = append(c.line, b)
	if b != '\n' {
		return 0
	}
	end := len(c.line) - len("\r\n")
	if end < 0 || c.line[end] != '\r' {
		return breachLineFeed
	}
	if end == 0 {
		c.state, c.line = chunkDone, c.line[:0]
		return 0
	}
	if c.fields++; c.fields > maxFields {
		return breachTrailerLong
	}
	f, why := fieldOf(c.line, span{0, uint32(end)})
	if why != 0 {
		return why
	}
	if !c.isAnswer && isForHeads(f.name.of(c.line)) {
		return breachTrailer
	}
	c.line = c.line[:0]
	return 0
}

// isForHeads reports whether a field is one of forbidden, or looks like one.
func isForHeads(name []byte) bool {
	for _, f := range forbidden {
		if len(f) != len(name) {
			continue
		}
		if isSame, isAlike := resembles(name, f); isSame || isAlike {
			return true
		}
	}
	return false
}
