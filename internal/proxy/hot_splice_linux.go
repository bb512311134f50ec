package proxy

import (
	"errors"
	"io"
	"syscall"
)

const (
	setPipeSize    = 1031    // F_SETPIPE_SZ of linux/fcntl.h
	pipeSize       = 1 << 20 // what anybody may have (/proc/sys/fs/pipe-max-size, pipe(7))
	spliceMove     = 1       // SPLICE_F_MOVE of linux/splice.h
	spliceNonblock = 2       // SPLICE_F_NONBLOCK
)

// splice has the kernel pass on the rest of an answer, which then is never copied
// (splice(2)). Where it cannot, nothing has been done.
func (h *hot) splice() error {
	from, ok := rawOf(h.tether.line.Conn)
	to, isRaw := rawOf(h.guest.Conn)
	var pipe [2]int
	if !ok || !isRaw || syscall.Pipe2(pipe[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK) != nil {
		return errors.ErrUnsupported
	}
	defer syscall.Close(pipe[0])
	defer syscall.Close(pipe[1])
	syscall.Syscall(syscall.SYS_FCNTL, uintptr(pipe[1]), setPipeSize, pipeSize) // if not, it has room for 64 KiB
	for isFirst := true; h.given.left > 0; isFirst = false {
		n, err := spliceSome(from.Read, func(fd int) (int64, error) {
			return syscall.Splice(fd, nil, pipe[1], nil, int(min(h.given.left, pipeSize)), spliceMove|spliceNonblock)
		})
		switch {
		case err == syscall.EINVAL && isFirst:
			return errors.ErrUnsupported
		case n <= 0:
			return cutShort(err)
		}
		h.given.left -= uint64(n)
		h.tape.passed(n)
		h.guest.enter(phaseGive)
		for n > 0 {
			m, err := spliceSome(to.Write, func(fd int) (int64, error) {
				return syscall.Splice(pipe[0], nil, fd, nil, int(n), spliceMove|spliceNonblock)
			})
			if m <= 0 {
				return errors.Join(io.ErrShortWrite, err)
			}
			n -= m
			h.guest.move(int(m))
			h.guest.enter(phaseGive)
		}
		h.guest.enter(phaseWait)
	}
	h.given.isDone = true
	return nil
}

func rawOf(c any) (syscall.RawConn, bool) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil, false
	}
	raw, err := s.SyscallConn()
	return raw, err == nil
}

// spliceSome moves bytes as soon as the socket that wait waits for is ready. The pipe
// always is.
func spliceSome(wait func(func(uintptr) bool) error, move func(fd int) (int64, error)) (n int64, err error) {
	closed := wait(func(fd uintptr) bool {
		for {
			if n, err = move(int(fd)); err != syscall.EINTR {
				return err != syscall.EAGAIN
			}
		}
	})
	if closed != nil {
		return 0, closed
	}
	return n, err
}
