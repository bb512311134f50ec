package proxy

import (
	"io"
	"net"
	"os"
	"syscall"
)

// A mooring is how a connection lies at a loop: with a descriptor of its own, of which
// Go's poller does not know. That would wake a thread for each part that comes. It is
// guarded by the connection's lock. All may use the connection as before: who is not
// the loop's has it unmoored.
type mooring struct {
	loop     *loop // nil where it is not moored
	fd       int
	number   int32  // of its berth
	isReady  bool   // something may have come that was not read
	hasEnded bool   // nothing will come any more, but what is there
	waiter   *fiber // who waits for something to come
}

// isMoorable reports whether it is a socket as net makes them, and no more than that, or
// was one.
func (s *swift) isMoorable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.hull.(type) {
	case *net.TCPConn, *net.UnixConn, *os.File:
		return true
	}
	return false
}

// moor has the connection lie at a loop, and reports whether it does.
func (s *swift) moor(l *loop) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loop == l {
		return true
	}
	if s.loop != nil {
		s.unmoor()
	}
	fd := -1
	err := s.raw.Control(func(old uintptr) {
		again, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, old, syscall.F_DUPFD_CLOEXEC, 0)
		if errno == 0 {
			fd = int(again)
		}
	})
	if err != nil || fd < 0 {
		return false
	}
	number, err := l.admit(s, fd)
	if err != nil {
		syscall.Close(fd)
		return false
	}
	s.mooring = mooring{loop: l, fd: fd, number: number, isReady: true}
	s.hull.Close() // of the two descriptors, that of Go's poller
	return true
}

// ashore is how the descriptor is used that Go's poller knows.
func (s *swift) ashore() syscall.RawConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loop != nil {
		s.unmoor()
	}
	return s.raw
}

// unmoor gives the connection back to Go's poller. It is called with the lock held.
func (s *swift) unmoor() {
	s.castOff(func(fd int) {
		file := os.NewFile(uintptr(fd), "")
		s.hull = file
		s.raw, _ = file.SyscallConn() // of a file there always is one
	})
}

// castOff takes the connection from its loop, and does something with the descriptor
// that it had there. Who waits there for it is woken. It is called with the lock held.
func (s *swift) castOff(do func(fd int)) {
	l, fd, waiter := s.loop, s.fd, s.waiter
	l.dismiss(s.number, fd)
	s.mooring = mooring{waiter: waiter}
	do(fd)
	if waiter != nil {
		l.post(func() { s.wake(waiter) })
	}
}

// wake goes on with who waits, if it still does. Another one may be another loop's.
func (s *swift) wake(f *fiber) {
	s.mu.Lock()
	isWaiting := s.waiter == f
	s.mu.Unlock()
	if isWaiting {
		f.goOn()
	}
}

// heard notes what a loop has heard of, and returns who waits for it.
func (s *swift) heard(l *loop, events uint32) *fiber {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loop != l {
		return nil // it was cast off meanwhile
	}
	s.isReady = true
	s.hasEnded = s.hasEnded || events&(syscall.EPOLLRDHUP|syscall.EPOLLHUP|syscall.EPOLLERR) != 0
	return s.waiter
}

// readMoored reads for a fiber, and reports whether that could be done at the loop.
func (s *swift) readMoored(f *fiber, p []byte) (n int, err error, isDone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for f.isAboard && s.loop == f.home {
		if s.isReady {
			n, errno := transfer(syscall.SYS_RECVFROM, uintptr(s.fd), p, 0)
			switch {
			case errno != 0 && errno != syscall.EAGAIN:
				return 0, s.failed("read", errno), true
			case errno == 0 && n == 0:
				return 0, io.EOF, true
			}
			// What is less than there was room for was all, and what comes from now
			// on is an event (epoll(7), "Do I need to continuously read").
			s.isReady = n == len(p) || s.hasEnded
			if n > 0 {
				return n, nil, true
			}
		}
		s.waiter = f
		s.mu.Unlock()
		f.rest()
		s.mu.Lock()
		s.waiter = nil
	}
	return 0, nil, false
}

// writeMoored writes, and reports whether all could be written at the loop.
func (s *swift) writeMoored(p []byte) (n int, err error, isDone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.loop != nil {
		m, errno := transfer(syscall.SYS_SENDTO, uintptr(s.fd), p[n:], syscall.MSG_NOSIGNAL)
		n += m
		switch {
		case errno == syscall.EAGAIN:
			return n, nil, false
		case errno != 0:
			return n, s.failed("write", errno), true
		case n == len(p):
			return n, nil, true
		}
	}
	return n, nil, false
}

// isQuiet reports whether nothing came that was not read, not even an end; see
// tether.isQuiet.
func (s *swift) isQuiet(first *byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loop != nil {
		return peek(uintptr(s.fd), first) == syscall.EAGAIN
	}
	isQuiet := false
	err := s.raw.Control(func(fd uintptr) { isQuiet = peek(fd, first) == syscall.EAGAIN })
	return err == nil && isQuiet
}
