package proxy

import (
	"golang.org/x/net/http2"
)

// send sends a head, if there is one, and a part of a body. With end, nothing follows.
func (s *h2Stream) send(head, p []byte, end bool) error {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if head != nil {
		if err := s.makeWayForHead(); err != nil {
			return err
		}
		s.stall.begun = true
		s.appendFields(head, end && len(p) == 0)
	}
	for len(p) > 0 {
		n, err := s.makeWay(len(p))
		if err != nil {
			return err
		}
		s.appendData(p[:n], end && n == len(p))
		p = p[n:]
	}
	if end && !s.hasSent {
		if err := s.gone(); err != nil {
			return err
		}
		s.appendData(nil, true)
	}
	return nil
}

// inform sends a head that is not the last one.
func (s *h2Stream) inform(block []byte) error {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if err := s.makeWayForHead(); err != nil {
		return err
	}
	s.appendFields(block, false)
	return nil
}

// conclude sends trailers.
func (s *h2Stream) conclude(block []byte) error {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if err := s.makeWayForHead(); err != nil {
		return err
	}
	s.appendFields(block, true)
	return nil
}

// appendFields appends a field block. The lock is held.
func (s *h2Stream) appendFields(block []byte, end bool) {
	c := s.conn
	if c.mustShrink {
		c.mustShrink = false
		block = append([]byte{h2NoTable}, block...)
	}
	c.out = appendH2Fields(c.spare(), endFlag(end), s.id, block)
	s.appended(end)
}

// appendData appends a part of a body, for which there is room. The lock is held.
func (s *h2Stream) appendData(p []byte, end bool) {
	c := s.conn
	c.out = appendH2Head(c.spare(), http2.FrameData, endFlag(end), s.id, len(p))
	c.out = append(c.out, p...)
	s.window -= int64(len(p))
	c.window -= int64(len(p))
	s.stall.lasts = 0
	s.appended(end)
}

func endFlag(end bool) http2.Flags {
	if end {
		return h2EndStream
	}
	return 0
}

// appended has what was appended written, and closes the stream if it was its last,
// and the client's last has come.
func (s *h2Stream) appended(end bool) {
	c := s.conn
	c.earned()
	c.wake()
	if !end {
		return
	}
	s.hasSent = true
	if s.hasEnded {
		c.remove(s, nil, false)
	}
}
