package proxy

import (
	"io"
	"net/http"
)

// A tetherBody is the body of an answer on the connection that it comes by. It lets
// go of that as soon as it was read.
type tetherBody struct {
	upstream *Upstream
	tether   *tether
	sending  *sending
	isLast   bool        // no other request goes by this connection
	unwatch  func() bool // see exchange.askTether

	res     *http.Response // nil where nobody needs one
	frame   framing
	left    uint64 // of a body with a length
	parts   chunks
	trailer http.Header // what came behind it; nil if nothing has
	err     error       // why nothing more is read; nil while there is more
}

// begin is when the head was read.
func (b *tetherBody) begin() {
	a := &b.tether.answer
	b.frame, b.parts.isAnswer = a.framing, true
	if a.framing == framedByLength {
		b.left = a.length
	}
	b.isLast = b.isLast || a.options&optionClose != 0 || a.minor == 0 && a.options&optionKeep == 0 || a.framing == framedByClose
}

// receive returns the answer that has begun.
func (b *tetherBody) receive(h http.Header) *http.Response {
	a := &b.tether.answer
	b.res = &http.Response{StatusCode: a.status, Header: h, ContentLength: -1, Close: b.isLast, Body: b}
	switch a.framing {
	case framedByNothing:
		b.res.ContentLength, b.res.Body = 0, http.NoBody
		b.end(io.EOF)
	case framedByLength:
		b.res.ContentLength = int64(a.length)
	case framedByChunks:
		b.trailer = announced(h)
		b.res.Trailer = b.trailer
	}
	return b.res
}

// announced are the trailers that a header says will come.
func announced(h http.Header) http.Header {
	var trailer http.Header
	for name := range tokens(h["Trailer"]) {
		if trailer == nil {
			trailer = http.Header{}
		}
		trailer[http.CanonicalHeaderKey(name)] = nil
	}
	return trailer
}

// Read reads what comes next. An answer that is cut short ends with
// io.ErrUnexpectedEOF.
func (b *tetherBody) Read(p []byte) (n int, err error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case len(p) == 0:
		return 0, nil
	}
	switch b.frame {
	case framedByLength:
		n, err = b.readLength(p)
	case framedByChunks:
		n, err = b.readChunks(p)
	default:
		n, err = b.tether.Read(p)
	}
	if err != nil {
		b.end(err)
	}
	return n, err
}

func (b *tetherBody) readLength(p []byte) (int, error) {
	n, err := b.tether.Read(p[:min(uint64(len(p)), b.left)])
	b.left -= uint64(n)
	switch {
	case b.left == 0:
		return n, io.EOF
	case n > 0:
		return n, nil // an error comes again
	}
	return 0, cutShort(err)
}

// cutShort is the error of a body that has come to its end too early.
func cutShort(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readChunks takes the content out of chunks.
func (b *tetherBody) readChunks(p []byte) (n int, err error) {
	t := b.tether
	for n < len(p) && b.parts.state != chunkDone {
		if len(t.rest()) == 0 {
			if n > 0 {
				return n, nil // what is there goes at once
			}
			if err := t.fill(); err != nil {
				return 0, cutShort(err)
			}
		}
		some := t.rest()
		if b.parts.state == chunkData {
			some = some[:min(uint64(len(some)), b.parts.left, uint64(len(p)-n))]
			n += copy(p[n:], some)
		} else {
			some = some[:1]
		}
		b.heedTrailer(some)
		if _, why := b.parts.follow(some); why != 0 {
			return n, why
		}
		t.skip(len(some))
	}
	if b.parts.state == chunkDone {
		return n, io.EOF
	}
	return n, nil
}

// heedTrailer takes a line behind the last chunk when its last byte comes. Whether it
// is one that may be there, who follows the chunks says.
func (b *tetherBody) heedTrailer(next []byte) {
	line := b.parts.line
	if b.parts.state != chunkTrailer || next[0] != '\n' || len(line) < 2 {
		return
	}
	f, why := fieldOf(line, span{0, uint32(len(line) - 1)})
	if why != 0 {
		return
	}
	if b.trailer == nil {
		b.trailer = http.Header{}
		if b.res != nil {
			b.res.Trailer = b.trailer
		}
	}
	name := http.CanonicalHeaderKey(string(f.name.of(line)))
	b.trailer[name] = append(b.trailer[name], string(f.value.of(line)))
}

// end says why nothing more is read: because that was all, where err is io.EOF. Then
// the connection may be used again.
func (b *tetherBody) end(err error) {
	b.err = err
	if !b.unwatch() || err != io.EOF || b.isLast {
		b.tether.end()
		return
	}
	if b.sending == nil {
		b.upstream.give(b.tether)
		return
	}
	b.sending.settle(b.settle)
}

// settle is when the answer was read, and it is known whether the request has gone.
func (b *tetherBody) settle(isWhole bool) {
	if !isWhole {
		b.tether.end()
		return
	}
	b.tether.load.Store(nil)
	b.upstream.give(b.tether)
}

// Close lets go of an answer, whether it was read or not.
func (b *tetherBody) Close() error {
	if b.err == nil {
		b.end(http.ErrBodyReadAfterClose)
	}
	return nil
}
