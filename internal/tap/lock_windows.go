package tap

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// nonblock is nothing where a directory holds no pipes.
const nonblock = 0

// errorSharingViolation is of winerror.h: somebody has the file open.
const errorSharingViolation = syscall.Errno(32)

// takeLock takes the lock of a ring, which is a file of it: nobody else can open it while it is open
// here.
func takeLock(ring *os.Root) (io.Closer, error) {
	path := filepath.Join(ring.Name(), lockName)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case errors.Is(err, errorSharingViolation):
		return nil, errTaken
	case err != nil:
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return handle(h), nil
}

type handle syscall.Handle

// Close frees the lock.
func (h handle) Close() error { return syscall.CloseHandle(syscall.Handle(h)) }
