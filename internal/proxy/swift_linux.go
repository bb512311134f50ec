package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// A swift is a connection whose system calls are made without telling the
// scheduler of Go. It is told of calls that may take long, so that others can run
// meanwhile, and has a thread (sysmon) look after them every 20 us; but a call on
// a socket that does not block (O_NONBLOCK, which net sets) never waits. Where
// there is nothing to read, or no room to write, the poller waits as always, or
// that of a loop; see mooring.
type swift struct {
	local, remote  net.Addr
	outer          net.Conn // what the socket came in, which wants to know of its end; nil for nothing
	in, out        leg
	reader, writer *fiber // who reads and writes on a loop now, and is the only one; nil for nobody

	mu   sync.Mutex // guards what follows
	hull hull       // closed while it is moored
	raw  syscall.RawConn
	mooring
}

// A socket is what a swift can be made of: a connection of TCP or a Unix socket,
// also within another one that lets its descriptor be seen.
type socket interface {
	net.Conn
	syscall.Conn
	CloseWrite() error
}

// A hull is how Go's poller knows the descriptor: a socket, or a file once it has lain
// at a loop. Of that, net would take a copy.
type hull interface {
	syscall.Conn
	Close() error
	SetDeadline(time.Time) error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
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
	var outer net.Conn
	if within, ok := c.(interface{ NetConn() net.Conn }); ok {
		if bare, ok := within.NetConn().(socket); ok {
			open, outer = bare, c
		}
	}
	raw, err := open.SyscallConn()
	if err != nil {
		return c
	}
	s := &swift{local: c.LocalAddr(), remote: c.RemoteAddr(), outer: outer, hull: open, raw: raw}
	s.in.move = func(fd uintptr) bool { return s.in.call(syscall.SYS_RECVFROM, fd, 0) }
	s.out.move = func(fd uintptr) bool { return s.out.call(syscall.SYS_SENDTO, fd, syscall.MSG_NOSIGNAL) }
	return s
}

// call makes one call, recv(2) or send(2), and reports whether it has come to
// anything; else the poller says when to try again.
func (l *leg) call(number, fd, flags uintptr) bool {
	l.moved, l.errno = transfer(number, fd, l.part, flags)
	return l.errno != syscall.EAGAIN
}

func transfer(number, fd uintptr, part []byte, flags uintptr) (n int, errno syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(part))), uintptr(len(part)), flags, 0, 0)
		switch errno {
		case syscall.EINTR:
		case 0:
			return int(n), 0
		default:
			return 0, errno
		}
	}
}

// Read reads what there is.
func (s *swift) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if f := s.reader; f != nil {
		if n, err, isDone := s.readMoored(f, p); isDone {
			return n, err
		}
		f.leave()
	}
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	raw := s.ashore()
	s.in.part = p
	err := raw.Read(s.in.move)
	s.in.part = nil
	switch {
	case err != nil:
		return 0, barred(err)
	case s.in.errno != 0:
		return 0, s.failed("read", s.in.errno)
	case s.in.moved == 0:
		return 0, io.EOF
	}
	return s.in.moved, nil
}

// Write writes all of p.
func (s *swift) Write(p []byte) (n int, err error) {
	if f := s.writer; f != nil {
		n, err, isDone := s.writeMoored(p)
		if isDone {
			return n, err
		}
		f.leave()
		rest, err := s.Write(p[n:])
		return n + rest, err
	}
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	raw := s.ashore()
	for n < len(p) {
		s.out.part = p[n:]
		err := raw.Write(s.out.move)
		s.out.part = nil
		switch {
		case err != nil:
			return n, barred(err)
		case s.out.errno != 0:
			return n, s.failed("write", s.out.errno)
		}
		n += s.out.moved
	}
	return n, nil
}

// barred is why a descriptor may not be used: there is no time left, or it is closed,
// of which files have a word of their own (poll.ErrFileClosing).
func barred(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return net.ErrClosed
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
	return &net.OpError{Op: what, Net: s.local.Network(), Source: s.local, Addr: s.remote, Err: os.NewSyscallError(what, errno)}
}

func (s *swift) LocalAddr() net.Addr  { return s.local }
func (s *swift) RemoteAddr() net.Addr { return s.remote }

// SyscallConn lets the descriptor be seen by who then waits for it in Go's poller.
func (s *swift) SyscallConn() (syscall.RawConn, error) { return s.ashore(), nil }

// Close closes the connection under whoever uses it.
func (s *swift) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outer != nil {
		defer s.outer.Close() // which has ended already
	}
	if s.loop != nil {
		s.castOff(func(fd int) { syscall.Close(fd) })
		return nil
	}
	return s.hull.Close()
}

// CloseWrite says that nothing more will come.
func (s *swift) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	shut := func(fd uintptr) { err = os.NewSyscallError("shutdown", syscall.Shutdown(int(fd), syscall.SHUT_WR)) }
	if s.loop != nil {
		shut(uintptr(s.fd))
	} else if closed := s.raw.Control(shut); closed != nil {
		return net.ErrClosed
	}
	return err
}

// SetDeadline sets when reading and writing end.
func (s *swift) SetDeadline(t time.Time) error { return s.limit(t, hull.SetDeadline) }

// SetReadDeadline sets when reading ends.
func (s *swift) SetReadDeadline(t time.Time) error { return s.limit(t, hull.SetReadDeadline) }

// SetWriteDeadline sets when writing ends.
func (s *swift) SetWriteDeadline(t time.Time) error { return s.limit(t, hull.SetWriteDeadline) }

// limit sets a deadline. A loop knows none, so that nothing is moored that has one.
func (s *swift) limit(t time.Time, set func(hull, time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loop != nil && t.IsZero() {
		return nil
	}
	if s.loop != nil {
		s.unmoor()
	}
	return set(s.hull, t)
}
