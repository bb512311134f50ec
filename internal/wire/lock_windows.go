package wire

import (
	"errors"
	"os"
	"syscall"
)

// refused is what a socket says behind which nobody listens: WSAECONNREFUSED of
// winsock2.h.
const refused = syscall.Errno(10061)

// Of winnt.h and winerror.h.
const (
	fileFlagDeleteOnClose = 0x04000000
	errorSharingViolation = syscall.Errno(32)
	errorDeletePending    = syscall.Errno(303)
)

// A lock is a file that nobody else can open while it is open here. The system
// removes it when its process ends, however that happens.
type lock struct{ handle syscall.Handle }

// acquire takes the lock, or says that another process has it.
func acquire(path string) (*lock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL|fileFlagDeleteOnClose, 0)
	switch {
	case errors.Is(err, errorSharingViolation), errors.Is(err, errorDeletePending):
		return nil, ErrInUse
	case err != nil:
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return &lock{h}, nil
}

func (l *lock) release() error { return syscall.CloseHandle(l.handle) }

// prepare makes the directory of a socket. Who may enter it is what its parent
// says: in a profile, its user and administrators.
func prepare(dir string) error { return os.MkdirAll(dir, 0o700) }
