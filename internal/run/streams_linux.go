package run

import (
	"os"

	"golang.org/x/sys/unix"
)

// waitable returns a file whose readers Close wakes. pty asks files for their
// descriptors, and with that they lose it (os.File.Fd).
func waitable(f *os.File) (*os.File, error) {
	defer f.Close()
	old, err := descriptor(f)
	if err != nil {
		return nil, err
	}
	fd, err := unix.FcntlInt(uintptr(old), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
