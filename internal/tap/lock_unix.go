//go:build unix

package tap

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// nonblock opens a pipe that took a file's place without waiting for its other
// end.
const nonblock = syscall.O_NONBLOCK

// takeLock takes the lock of a ring, which is a file of it. It is free again when it is closed, or its
// process ends, however that happens.
func takeLock(ring *os.Root) (io.Closer, error) {
	f, err := ring.OpenFile(lockName, os.O_RDWR|os.O_CREATE|nonblock, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case err == nil:
		return lock{f}, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = errTaken
	default:
		err = os.NewSyscallError("flock", err)
	}
	return nil, errors.Join(err, f.Close())
}

type lock struct{ *os.File }

// Close frees the lock first: a child that is being started may have the descriptor
// for a moment longer.
func (l lock) Close() error {
	return errors.Join(syscall.Flock(int(l.Fd()), syscall.LOCK_UN), l.File.Close())
}
