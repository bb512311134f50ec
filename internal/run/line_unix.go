//go:build linux || darwin || freebsd

package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A line is one end of the socket between front and guard. It is a stream,
// because a datagram holds no more than the socket's buffer, and environments
// are larger than that (net.core.wmem_max is 208 KiB).
type line struct {
	file *os.File
	raw  syscall.RawConn

	mu sync.Mutex // guards sending, so that frames do not mix
}

// newLine takes over a descriptor.
func newLine(fd int) (*line, error) {
	if err := unix.SetNonblock(fd, true); err != nil { // os waits for such in its poller, without a thread
		return nil, err
	}
	unix.CloseOnExec(fd)
	l := &line{file: os.NewFile(uintptr(fd), "line")}
	raw, err := l.file.SyscallConn()
	l.raw = raw
	return l, err
}

// linePair returns our end of a new line, and the other end for a child.
func linePair() (*line, *os.File, error) {
	syscall.ForkLock.RLock() // no child of another goroutine may get an end: nobody would see it close
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	ours, err := newLine(fds[0])
	if err != nil {
		unix.Close(fds[0])
		unix.Close(fds[1])
		return nil, nil, err
	}
	return ours, os.NewFile(uintptr(fds[1]), "line"), nil
}

func (l *line) close() error { return l.file.Close() }

// send sends a frame with files. It waits while the other end is busy.
func (l *line) send(f frame, files ...*os.File) error {
	if len(f.body) > mostBody {
		return syscall.E2BIG
	}
	var beside []byte
	if len(files) > 0 {
		f.files = byte(len(files))
		fds := make([]int, len(files))
		for i, file := range files {
			var err error
			if fds[i], err = descriptor(file); err != nil {
				return err
			}
		}
		beside = unix.UnixRights(fds...)
	}
	defer runtime.KeepAlive(files)
	l.mu.Lock()
	defer l.mu.Unlock()
	// The files go with the first byte (unix(7), "SCM_RIGHTS"), so once any
	// of it was taken, the rest is plain text.
	for b := append(f.head(), f.body...); len(b) > 0; beside = nil {
		n, err := l.sendSome(b, beside)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// descriptor returns the descriptor of a file and leaves it as it is. The
// method Fd would make it wait in system calls, for everyone who shares it.
func descriptor(f *os.File) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = raw.Control(func(d uintptr) { fd = int(d) })
	return fd, err
}

func (l *line) sendSome(b, beside []byte) (n int, err error) {
	waited := l.raw.Write(func(fd uintptr) bool {
		n, err = unix.SendmsgN(int(fd), b, beside, nil, noSignal)
		return !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR)
	})
	return n, errors.Join(waited, err)
}

// receive waits for a frame. The caller closes its descriptors. The error is
// io.EOF when the other end is closed.
func (l *line) receive() (frame, []int, error) {
	head := make([]byte, headSize)
	files, err := l.fill(head)
	if err != nil {
		closeAll(files)
		return frame{}, nil, err
	}
	f, size, err := parseHead(head)
	if err == nil && int(f.files) != len(files) {
		err = fmt.Errorf("%w: %d of %d files came", errFrame, len(files), f.files)
	}
	if err == nil && size > 0 {
		f.body = make([]byte, size)
		var more []int
		more, err = l.fill(f.body)
		closeAll(more)
	}
	if err != nil {
		closeAll(files)
		return frame{}, nil, err
	}
	return f, files, nil
}

// fill fills b, and returns the descriptors that came beside.
func (l *line) fill(b []byte) (files []int, err error) {
	for len(b) > 0 {
		n, more, err := l.receiveSome(b)
		files = append(files, more...)
		switch {
		case err != nil:
			return files, err
		case n == 0:
			return files, io.EOF
		}
		b = b[n:]
	}
	return files, nil
}

func (l *line) receiveSome(b []byte) (n int, files []int, err error) {
	beside := make([]byte, unix.CmsgSpace((mostSockets+3)*4))
	var m int
	waited := l.raw.Read(func(fd uintptr) bool {
		n, m, _, _, err = unix.Recvmsg(int(fd), b, beside, closeOnExec)
		return !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR)
	})
	if err := errors.Join(waited, err); err != nil {
		return 0, nil, err
	}
	files, err = rights(beside[:m])
	return n, files, err
}

// rights takes the descriptors out of what came beside.
func rights(beside []byte) (files []int, err error) {
	if len(beside) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(beside)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			continue // of another kind, which holds no files
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd) // where recvmsg(2) cannot do so itself
			files = append(files, fd)
		}
	}
	return files, nil
}

func closeAll(files []int) {
	for _, fd := range files {
		unix.Close(fd)
	}
}
