package proxy

import (
	"io"
	"strconv"
	"sync"
	"time"
)

// A sending is the body of a request on its way to an upstream. A nil one is that of
// a request without a body.
type sending struct {
	tether *tether
	body   *portion
	outgoing

	may   chan bool // whether to go ahead; nil if nobody has to be asked
	asked sync.Once
	done  chan struct{}

	mu      sync.Mutex // guards what follows
	isDone  bool
	isWhole bool       // all of it has gone
	settled func(bool) // see settle; nil if nobody waits
}

func newSending(t *tether, body *portion, out outgoing) *sending {
	s := &sending{tether: t, body: body, outgoing: out, done: make(chan struct{})}
	if out.mustWait {
		s.may = make(chan bool, 1)
	}
	return s
}

// run sends until all is sent, or nobody wants it any more. What went wrong with the
// client its load knows, and ends the connection.
func (s *sending) run() {
	defer close(s.done)
	isWhole := s.send()
	s.mu.Lock()
	s.isDone, s.isWhole = true, isWhole
	s.mu.Unlock()
	s.tell(isWhole)
}

// send reports whether all has gone. A mistake in it ends the request, and nothing else.
func (s *sending) send() (isWhole bool) {
	defer func() {
		if v := recover(); v != nil {
			l := s.body.load
			l.tell(panicked(l.r, v, culprit()))
			l.fail(errMistake)
			s.tether.cut()
		}
	}()
	if !s.mayGo() {
		s.body.Close()
		return false
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	if s.copy(*buf) != nil {
		s.tether.cut()
		return false
	}
	return true
}

// mayGo waits until the upstream wants the body, or has said nothing for as long as
// clients such as curl wait, too (RFC 9110, section 10.1.1).
func (s *sending) mayGo() bool {
	if s.may == nil {
		return true
	}
	late := time.NewTimer(goAheadAfter)
	defer late.Stop()
	select {
	case may := <-s.may:
		return may
	case <-late.C:
		return true
	}
}

// goAhead says whether the upstream wants the body. Only what is said first counts.
func (s *sending) goAhead(may bool) {
	if s != nil && s.may != nil {
		s.asked.Do(func() { s.may <- may })
	}
}

func (s *sending) copy(buf []byte) error {
	left := s.length
	for {
		n, err := s.body.Read(buf[chunkHead : len(buf)-len("\r\n")])
		if s.length >= 0 {
			if left -= int64(n); left < 0 {
				return io.ErrShortWrite
			}
			s.write(buf[chunkHead : chunkHead+n])
		} else if n > 0 {
			s.write(asChunk(buf, n))
		}
		switch {
		case err == io.EOF && left > 0:
			return io.ErrUnexpectedEOF
		case err == io.EOF:
			return s.end()
		case err != nil:
			return err
		}
	}
}

func (s *sending) write(p []byte) {
	if len(p) > 0 {
		s.tether.Write(p)
	}
}

// chunkHead is the room for the size of a chunk.
const chunkHead = len("ffffffff\r\n")

// asChunk makes a chunk of n bytes that stand behind room for its size (RFC 9112,
// section 7.1).
func asChunk(buf []byte, n int) []byte {
	var digits [16]byte
	size := append(strconv.AppendUint(digits[:0], uint64(n), 16), "\r\n"...)
	from := chunkHead - len(size)
	copy(buf[from:], size)
	copy(buf[chunkHead+n:], "\r\n")
	return buf[from : chunkHead+n+len("\r\n")]
}

// end sends the last chunk, and the trailers.
func (s *sending) end() error {
	if s.length >= 0 {
		return nil
	}
	b := []byte("0\r\n")
	for name, values := range s.trailer {
		for _, value := range values {
			if !isName([]byte(name)) || unsaid([]byte(value)) != 0 {
				return breachTrailer
			}
			b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
		}
	}
	s.write(append(b, "\r\n"...))
	return nil
}

// overlap is how long after an answer the end of the body may still be on its way.
const overlap = 50 * time.Millisecond

// settle tells, once, whether all has gone: when that is known, or when it has taken
// too long.
func (s *sending) settle(tell func(isWhole bool)) {
	s.mu.Lock()
	s.settled = tell
	isDone, isWhole := s.isDone, s.isWhole
	s.mu.Unlock()
	if isDone {
		s.tell(isWhole)
		return
	}
	time.AfterFunc(overlap, func() { s.tell(false) })
}

func (s *sending) tell(isWhole bool) {
	s.mu.Lock()
	tell := s.settled
	s.settled = nil
	s.mu.Unlock()
	if tell != nil {
		tell(isWhole)
	}
}

// wait waits until nothing more is read from the client: what went wrong is then said
// on its connection.
func (s *sending) wait() {
	if s != nil {
		<-s.done
	}
}
