package proxy

import (
	"cmp"
	"errors"

	"golang.org/x/net/http2"
)

// h2Frames says who takes which frame. Those that are not here are ignored, as RFC
// 9113, section 5.5 asks.
var h2Frames = [...]func(*h2Conn, h2Frame) error{
	http2.FrameData:         (*h2Conn).takeData,
	http2.FrameHeaders:      (*h2Conn).takeHeaders,
	http2.FramePriority:     (*h2Conn).takePriority,
	http2.FrameRSTStream:    (*h2Conn).takeReset,
	http2.FrameSettings:     (*h2Conn).takeSettings,
	http2.FramePushPromise:  (*h2Conn).takePush,
	http2.FramePing:         (*h2Conn).takePing,
	http2.FrameGoAway:       (*h2Conn).takeGoAway,
	http2.FrameWindowUpdate: (*h2Conn).takeWindow,
	http2.FrameContinuation: (*h2Conn).takeContinuation,
}

// read reads frames until the connection ends, and says why it did.
func (c *h2Conn) read() (err error) {
	defer c.in.release()
	defer func() {
		if v := recover(); v != nil {
			err = c.forgo(v)
		}
	}()
	c.await(true)
	preface, err := c.in.take(len(h2Preface))
	if err != nil {
		return c.ended(err)
	}
	if string(preface) != h2Preface {
		return h2Breach(h2Protocol, "no preface")
	}
	first := true
	for {
		f, err := c.next()
		if err != nil {
			return c.ended(err)
		}
		if first && (f.kind != http2.FrameSettings || f.flags&h2Ack != 0) {
			return h2Breach(h2Protocol, "no SETTINGS behind the preface") // section 3.4
		}
		first = false
		if err := c.take(f); err != nil {
			return err
		}
	}
}

// next reads a frame.
func (c *h2Conn) next() (h2Frame, error) {
	c.in.rest()
	head, err := c.in.take(h2HeadSize)
	if err != nil {
		return h2Frame{}, err
	}
	f, length := parseH2Head(head)
	if length > h2FrameSize {
		return f, h2Breach(h2BadSize, "a frame that is too long") // section 4.2
	}
	if c.in.w-c.in.r < length && f.kind != http2.FrameData {
		c.await(true)
	}
	f.payload, err = c.in.take(length)
	return f, err
}

// await says whether a head has begun to arrive, and is not there yet.
func (c *h2Conn) await(on bool) {
	switch {
	case !on:
		c.awaited.Store(0)
	case c.awaited.Load() == 0:
		c.heads++
		c.awaited.Store(c.heads)
	}
}

// take does what a frame asks for. The error is one that ends the connection.
func (c *h2Conn) take(f h2Frame) error {
	if c.block.stream != 0 && (f.kind != http2.FrameContinuation || f.stream != c.block.stream) {
		return h2Breach(h2Protocol, "a frame between the parts of a head") // section 6.10
	}
	var err error
	if int(f.kind) < len(h2Frames) {
		err = h2Frames[f.kind](c, f)
	} else {
		err = c.errand()
	}
	if c.block.stream == 0 && c.awaited.Load() != 0 {
		c.await(false)
	}
	var breach *h2Error
	if err == nil || !errors.As(err, &breach) || breach.stream == 0 {
		return err
	}
	return c.refuse(breach)
}

// refuse ends a stream for what the client has done.
func (c *h2Conn) refuse(e *h2Error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = appendH2Reset(c.spare(), e.stream, e.code)
	c.wake()
	if s, isOpen := c.streams[e.stream]; isOpen {
		c.remove(s, e, true)
	} else {
		c.closed.add(e.stream, true)
	}
	return c.replied()
}

// takeData takes a part of a body (RFC 9113, section 6.1).
func (c *h2Conn) takeData(f h2Frame) error {
	if f.stream == 0 {
		return h2Breach(h2Protocol, "DATA on no stream")
	}
	data, err := f.content()
	if err != nil {
		return err
	}
	s, err := c.admitData(f, len(data))
	if err != nil || s == nil {
		return err
	}
	if len(data) > 0 && !s.body.put(data) {
		c.mu.Lock()
		c.giveBack(len(data))
		c.mu.Unlock()
	}
	if padding := len(f.payload) - len(data); padding > 0 {
		s.consumed(padding)
	}
	if f.flags&h2EndStream != 0 {
		return c.endBody(s, nil)
	}
	if len(data) == 0 {
		return c.errand() // CVE-2019-9518
	}
	c.earned()
	return nil
}

// admitData counts a part of a body, and returns the stream that it is for. There may
// be none, and no breach either.
func (c *h2Conn) admitData(f h2Frame, length int) (*h2Stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streams[f.stream]
	if err := c.charge(s, len(f.payload)); err != nil {
		return nil, err
	}
	if s == nil || s.hasEnded {
		c.giveBack(len(f.payload))
		if s == nil {
			return nil, cmp.Or(c.strayed(f), c.errand())
		}
		return nil, h2StreamBreach(f.stream, h2Closed, "DATA behind the end")
	}
	s.stall.lasts = 0
	if s.received += int64(length); s.declared >= 0 && s.received > s.declared {
		return nil, h2StreamBreach(f.stream, h2Protocol, "more body than content-length")
	}
	return s, nil
}

// takePriority takes a PRIORITY, and ignores it: it is deprecated (RFC 9113, section
// 5.3.2).
func (c *h2Conn) takePriority(f h2Frame) error {
	switch {
	case f.stream == 0:
		return h2Breach(h2Protocol, "PRIORITY on no stream")
	case len(f.payload) != 5:
		return h2StreamBreach(f.stream, h2BadSize, "PRIORITY that does not have five bytes")
	}
	return c.errand()
}

// takePush refuses a PUSH_PROMISE (RFC 9113, section 8.4).
func (c *h2Conn) takePush(h2Frame) error {
	return h2Breach(h2Protocol, "PUSH_PROMISE from a client")
}
