package proxy

import (
	"io"
	"net/http"
	"slices"

	"golang.org/x/net/http2"
)

// An h2Block is a field block that has not come whole.
type h2Block struct {
	stream   uint32 // zero if there is none
	hasEnded bool   // nothing follows it
	bytes    []byte
}

// takeHeaders takes HEADERS: a request, or trailers (RFC 9113, section 6.2).
func (c *h2Conn) takeHeaders(f h2Frame) error {
	if f.stream%2 == 0 {
		return h2Breach(h2Protocol, "HEADERS on a stream that no client may open") // section 5.1.1
	}
	fragment, err := f.fragment()
	if err != nil {
		return err
	}
	hasEnded := f.flags&h2EndStream != 0
	if f.flags&h2EndHeaders != 0 {
		return c.takeBlock(f.stream, hasEnded, fragment)
	}
	c.await(true)
	c.block = h2Block{f.stream, hasEnded, slices.Clone(fragment)}
	return nil
}

// takeContinuation takes another part of a field block (RFC 9113, section 6.10).
func (c *h2Conn) takeContinuation(f h2Frame) error {
	if c.block.stream == 0 {
		return h2Breach(h2Protocol, "CONTINUATION of nothing")
	}
	if len(c.block.bytes)+len(f.payload) > c.limits.block() {
		return h2Breach(h2Calm, "a head that does not end")
	}
	c.block.bytes = append(c.block.bytes, f.payload...)
	if f.flags&h2EndHeaders != 0 {
		b := c.block
		c.block = h2Block{}
		return c.takeBlock(b.stream, b.hasEnded, b.bytes)
	}
	return c.errand()
}

// takeBlock takes a whole field block. It is decoded whatever comes of it, since
// later ones refer to it.
func (c *h2Conn) takeBlock(id uint32, hasEnded bool, block []byte) error {
	c.head.reset()
	if _, err := c.decoder.Write(block); err != nil {
		return h2Breach(h2Compression, err.Error())
	}
	if err := c.decoder.Close(); err != nil {
		return h2Breach(h2Compression, err.Error())
	}
	c.mu.Lock()
	s, isOpen := c.streams[id]
	isNew := id > c.lastID
	if isNew {
		c.lastID = id
	}
	var err error
	if !isOpen && !isNew {
		err = c.strayed(h2Frame{kind: http2.FrameHeaders, stream: id})
	}
	c.mu.Unlock()
	switch {
	case isOpen:
		return c.takeTrailers(s, hasEnded)
	case isNew:
		return c.takeRequest(id, hasEnded)
	}
	return err
}

// takeTrailers takes the fields behind a body (RFC 9113, section 8.1).
func (c *h2Conn) takeTrailers(s *h2Stream, hasEnded bool) error {
	c.mu.Lock()
	isLate := s.hasEnded
	c.mu.Unlock()
	switch {
	case isLate:
		return h2StreamBreach(s.id, h2Closed, "HEADERS behind the end")
	case !hasEnded:
		return h2StreamBreach(s.id, h2Protocol, "trailers that are not the end")
	case c.head.isTooLong():
		return h2StreamBreach(s.id, h2Calm, "trailers that are too long")
	}
	trailers, breach := c.head.trailers(c)
	if breach != "" {
		return h2StreamBreach(s.id, h2Protocol, breach)
	}
	return c.endBody(s, trailers)
}

// endBody takes the end of what the client has to say on a stream.
func (c *h2Conn) endBody(s *h2Stream, trailers http.Header) error {
	c.mu.Lock()
	if s.declared >= 0 && s.received != s.declared {
		c.mu.Unlock()
		return h2StreamBreach(s.id, h2Protocol, "less body than content-length") // section 8.1.1
	}
	s.hasEnded = true
	if s.hasSent && c.streams[s.id] == s {
		c.remove(s, nil, false)
	}
	c.mu.Unlock()
	s.body.end(io.EOF, trailers)
	return nil
}

// takeRequest takes the head of a request.
func (c *h2Conn) takeRequest(id uint32, hasEnded bool) error {
	c.mu.Lock()
	tooLate := c.leaving == h2Finishes
	tooMany := len(c.streams) >= int(c.limits.streams)
	if tooLate {
		c.closed.add(id, true) // the client knows that it is not answered
	}
	c.mu.Unlock()
	switch {
	case tooLate:
		return nil
	case tooMany:
		return h2StreamBreach(id, h2Refused, "too many requests at once") // section 5.1.2
	case c.head.isTooLong():
		return c.answerTooLong(id, hasEnded)
	}
	s := c.open(id, hasEnded)
	if breach := c.request(s, &c.head); breach != "" {
		c.refused(breach, "")
		return h2StreamBreach(id, h2Protocol, breach)
	}
	c.begin(s)
	return nil
}

// answerTooLong answers a request whose head is too long (RFC 6585, section 5). It was
// never seen as a whole, so no handler gets it.
func (c *h2Conn) answerTooLong(id uint32, hasEnded bool) error {
	c.refused(breachHeadLong.Error(), "HTTP/2.0 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n\r\n")
	c.mu.Lock()
	defer c.mu.Unlock()
	block := appendH2Length(appendH2Status(nil, http.StatusRequestHeaderFieldsTooLarge), 0)
	if c.mustShrink {
		c.mustShrink, block = false, append([]byte{h2NoTable}, block...)
	}
	c.out = appendH2Fields(c.spare(), h2EndStream, id, block)
	if !hasEnded {
		c.out = appendH2Reset(c.out, id, h2NoError)
	}
	c.closed.add(id, !hasEnded)
	c.wake()
	return c.replied()
}

// remove takes a stream out of the connection: it was ended by us, or by the client,
// or, if err is nil, by both as it should be. The lock is held.
func (c *h2Conn) remove(s *h2Stream, err error, byUs bool) {
	delete(c.streams, s.id)
	c.closed.add(s.id, byUs)
	if err != nil {
		s.err = err
		(*h2Context)(s).end()
		s.body.end(err, nil)
		s.room.Broadcast()
		c.written.Broadcast()
		if i := slices.Index(c.pending, s); i >= 0 {
			c.pending = slices.Delete(c.pending, i, i+1)
		}
	}
	c.checkEnd()
}

// strayed says what it means that a frame is for a stream that is not open. The lock
// is held.
func (c *h2Conn) strayed(f h2Frame) error {
	if f.stream == 0 || f.stream%2 == 0 || f.stream > c.lastID {
		return h2Breach(h2Protocol, f.kind.String()+" on a stream that was never opened") // section 5.1
	}
	isKnown, byUs := c.closed.find(f.stream)
	switch {
	case byUs, f.kind == http2.FrameWindowUpdate, f.kind == http2.FrameRSTStream:
		return nil // it may have been on its way
	case f.kind == http2.FrameData:
		return h2StreamBreach(f.stream, h2Closed, "DATA behind the end")
	case isKnown:
		return h2Breach(h2Closed, "HEADERS behind the end")
	}
	return h2Breach(h2Protocol, "a stream with a lower number than the one before") // section 5.1.1
}

// An h2Memory remembers the last streams that are no more, and whether it was us who
// ended them: then what the client still sends was on its way.
type h2Memory struct {
	ids  [128]uint32 // shifted by one, and the lowest bit says whether it was us
	next uint8
}

func (m *h2Memory) add(id uint32, byUs bool) {
	entry := id << 1
	if byUs {
		entry |= 1
	}
	m.ids[m.next%uint8(len(m.ids))] = entry
	m.next++
}

func (m *h2Memory) find(id uint32) (isKnown, byUs bool) {
	byUs = slices.Contains(m.ids[:], id<<1|1)
	return byUs || slices.Contains(m.ids[:], id<<1), byUs
}
