package resolve

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// hostsPath is the system's file of hosts.
const hostsPath = `C:\Windows\System32\drivers\etc\hosts`

func isMountPoint(error) bool { return false }

// isReadOnly is about ERROR_WRITE_PROTECT (winerror.h).
func isReadOnly(err error) bool { return errors.Is(err, syscall.Errno(19)) }

// inherit does nothing: a file has the rights that its directory gives to all
// in it.
func inherit(*os.File, string) error { return nil }

func syncDirectory(string) {}

// errLocked means that another limen writes the file, and does not come to an end.
var errLocked = errors.New("another limen is writing it")

// Of winnt.h and winerror.h.
const (
	fileFlagDeleteOnClose = 0x04000000
	errorSharingViolation = syscall.Errno(32)
	errorDeletePending    = syscall.Errno(303)
)

// A lock is a file that nobody else can open while it is open here. The system
// removes it when its process ends, however that happens.
type lock struct{ handle syscall.Handle }

// acquire waits for the lock.
func acquire(ctx context.Context, path string) (*lock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	for {
		h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL|fileFlagDeleteOnClose, 0)
		if err == nil {
			return &lock{h}, nil
		}
		if !errors.Is(err, errorSharingViolation) && !errors.Is(err, errorDeletePending) {
			return nil, &os.PathError{Op: "open", Path: path, Err: err}
		}
		select {
		case <-ctx.Done():
			return nil, errLocked
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (l *lock) release() { syscall.CloseHandle(l.handle) }
