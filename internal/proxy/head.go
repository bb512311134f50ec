package proxy

import "bytes"

const (
	maxHead   = 64 << 10 // bytes of a head
	maxFields = 200      // fields of a head
)

// A head is the head of a request or of an answer of HTTP/1.0 or 1.1 (RFC 9112),
// read strictly: whatever could be understood in two ways is a breach. It holds
// places in the bytes that it was read from, and none of the bytes. One that is
// used again allocates nothing.
type head struct {
	method, target span    // of a request
	host           span    // of a request; empty where HTTP/1.0 names none
	status         int     // of an answer
	minor          byte    // 1 in HTTP/1.1
	fields         []field // in the order they came
	options        options // what Connection says

	framing framing
	length  uint64 // of the body, if its framing is framedByLength

	start int // where the message begins, as an empty line may stand before it

	isAnswer                      bool
	hasNoBody                     bool // an answer to HEAD
	isTunnel                      bool // an answer to CONNECT
	hasHost, hasLength, hasCoding bool
	hasBegun                      bool // the first line is read

	line int // where the line begins that is to be read next
	seen int // no line ends between there and here
}

// A span is a part of bytes that are held elsewhere.
type span struct{ from, to uint32 }

func (s span) of(b []byte) []byte { return b[s.from:s.to] }

// A field is one line of a head.
type field struct{ name, value span }

// reset makes a head ready for the next request.
func (h *head) reset() { *h = head{fields: h.fields[:0]} }

// expect makes a head ready for an answer. What was asked for decides whether
// it has a body (RFC 9112, 6.3).
func (h *head) expect(method []byte) {
	*h = head{fields: h.fields[:0], isAnswer: true, hasNoBody: string(method) == "HEAD", isTunnel: string(method) == "CONNECT"}
}

// read reads a head from the beginning of b, and returns how long it is, with
// the empty line that ends it. That is zero while there is too little of it: the
// next call then takes the same bytes and more, and looks only at the latter.
func (h *head) read(b []byte) (n int, why breach) {
	for {
		i := bytes.IndexByte(b[h.seen:], '\n')
		if i < 0 {
			h.seen = len(b)
			return 0, h.tooLong(len(b))
		}
		end := h.seen + i
		if why := h.tooLong(end); why != 0 {
			return 0, why
		}
		if end == h.line || b[end-1] != '\r' {
			return 0, breachLineFeed
		}
		line := span{uint32(h.line), uint32(end - 1)}
		h.line, h.seen = end+1, end+1
		isEmpty := line.from == line.to
		switch {
		case isEmpty && h.hasBegun:
			if why := h.settle(b); why != 0 {
				return 0, why
			}
			return h.line, 0
		case isEmpty:
			why = h.skip()
		case !h.hasBegun:
			why = h.begin(b, line)
		default:
			why = h.field(b, line)
		}
		if why != 0 {
			return 0, why
		}
	}
}

// tooLong says whether a head of n bytes is too long.
func (h *head) tooLong(n int) breach {
	switch {
	case n < maxHead:
		return 0
	case h.hasBegun || h.isAnswer:
		return breachHeadLong
	}
	return breachTargetLong
}

// skip leaves out one empty line before a request, which old clients send
// behind the body of a POST (RFC 9112, 2.2).
func (h *head) skip() breach {
	if h.isAnswer || h.start > 0 {
		return breachBlank
	}
	h.start = h.line
	return 0
}
