//go:build unix

package wire

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// Descriptors are the socket and the lock of a listener of Listen, which another
// process that inherits them can take over by Adopt. They are the listener's own,
// and good until it is closed.
func Descriptors(of net.Listener) (socket, lock uintptr, err error) {
	l, ok := of.(*listener)
	if !ok {
		return 0, 0, fmt.Errorf("%T is no listener of this package", of)
	}
	raw, err := l.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { socket = fd })
	}
	return socket, l.lock.file.Fd(), err
}

// Adopt makes a listener of what another process had from Descriptors. The
// socket is never without somebody who has its lock. The descriptors are the
// listener's from then on, and are closed if there is an error.
func Adopt(path string, socket, lockFD uintptr) (net.Listener, error) {
	s, f := os.NewFile(socket, path), os.NewFile(lockFD, path+".lock")
	if s == nil || f == nil {
		return nil, errors.New("what was handed over is no socket with its lock")
	}
	defer s.Close() // net has one of its own
	l, err := net.FileListener(s)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	u, ok := l.(*net.UnixListener)
	if !ok || !isAt(f, path+".lock") {
		return nil, errors.Join(fmt.Errorf("what was handed over is not the socket at %q with its lock", path), l.Close(), f.Close())
	}
	syscall.CloseOnExec(int(f.Fd()))
	made, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(err, l.Close(), f.Close())
	}
	return &listener{UnixListener: u, path: path, made: made, lock: &lock{f}}, nil
}

// mostWaiting is how many connections may wait, if the kernel allows as many.
const mostWaiting = 4096

// Claim has the kernel name this process to whoever connects, also where
// another one has made the socket: listen(2) says anew who listens (unix_listen
// of af_unix.c).
func Claim(of net.Listener) error {
	l, ok := of.(*listener)
	if !ok {
		return fmt.Errorf("%T is no listener of this package", of)
	}
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	if outer := raw.Control(func(fd uintptr) { err = syscall.Listen(int(fd), mostWaiting) }); outer != nil {
		return outer
	}
	return err
}

// Leave closes a listener that another process has adopted, which goes on to
// listen.
func Leave(of net.Listener) (err error) {
	l, ok := of.(*listener)
	if !ok {
		return of.Close()
	}
	l.close.Do(func() {
		// The lock is of the open file, which both processes have (flock(2)): to
		// unlock it would be to unlock theirs.
		err = errors.Join(l.UnixListener.Close(), l.lock.file.Close())
	})
	return err
}
