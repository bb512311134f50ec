package proxy

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// A swift is a connection whose system calls are made without telling the
// scheduler of Go. It is told of calls that may take long, so that others can run
// meanwhile, and has a thread (sysmon) look after them every 20 us; but a call on
// a socket that does not block (O_NONBLOCK, which net sets) never waits. Where
// there is nothing to read, or no room to write, the poller waits as always.
type swift struct {
	socket

	raw     syscall.RawConn
	in, out leg
}

// A socket is what a swift can be made of: a connection of TCP or a Unix socket,
// also within another one that lets its descriptor be seen.
type socket interface {
	net.Conn
	syscall.Conn
	CloseWrite() error
}

// A leg is one direction of a swift.
type leg struct {
	mu    sync.Mutex // held while it is used
	part  []byte
	moved int
	errno syscall.Errno
	move  func(fd uintptr) bool // made once, because each would be an allocation
}

// swiftly returns the swift of a connection, or the connection itself if it is
// no socket.
func swiftly(c net.Conn) net.Conn {
	open, ok := c.(socket)
	if !ok {
		return c
	}
	raw, err := open.SyscallConn()
	if err != nil {
		return c
	}
	s := &swift{socket: open, raw: raw}
	s.in.move = func(fd uintptr) bool { return s.in.call(syscall.SYS_RECVFROM, fd, 0) }
	s.out.move = func(fd uintptr) bool { return s.out.call(syscall.SYS_SENDTO, fd, syscall.MSG_NOSIGNAL) }
	return s
}

// call makes one call, recv(2) or send(2), and reports whether it has come to
// anything; else the poller says when to try again.
func (l *leg) call(number, fd, flags uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall6(number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(l.part))), uintptr(len(l.part)), flags, 0, 0)
		switch errno {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		case 0:
			l.moved, l.errno = int(n), 0
		default:
			l.moved, l.errno = 0, errno
		}
		return true
	}
}

// Read reads what there is.
func (s *swift) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	s.in.part = p
	err := s.raw.Read(s.in.move)
	s.in.part = nil
	switch {
	case err != nil:
		return 0, err
	case s.in.errno != 0:
		return 0, s.failed("read", s.in.errno)
	case s.in.moved == 0:
		return 0, io.EOF
	}
	return s.in.moved, nil
}

// Write writes all of p.
func (s *swift) Write(p []byte) (n int, err error) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	for n < len(p) {
		s.out.part = p[n:]
		err := s.raw.Write(s.out.move)
		s.out.part = nil
		switch {
		case err != nil:
			return n, err
		case s.out.errno != 0:
			return n, s.failed("write", s.out.errno)
		}
		n += s.out.moved
	}
	return n, nil
}

// peek looks at the first byte that has come, and leaves it there. It does not wait.
func peek(fd uintptr, first *byte) error {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(first)), 1, syscall.MSG_PEEK|syscall.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// failed says what went wrong as net does.
func (s *swift) failed(what string, errno syscall.Errno) error {
	return &net.OpError{Op: what, Net: s.LocalAddr().Network(), Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: os.NewSyscallError(what, errno)}
}
