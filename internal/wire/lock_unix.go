//go:build unix

package wire

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/limenhq/limen"
)

// refused is what a socket says behind which nobody listens.
const refused = syscall.ECONNREFUSED

// A lock is a locked file. It is free again when its process ends, however
// that happens.
type lock struct{ file *os.File }

// acquire takes the lock, or says that another process has it.
func acquire(path string) (*lock, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			f.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, ErrInUse
			}
			return nil, os.NewSyscallError("flock", err)
		}
		if isAt(f, path) {
			return &lock{f}, nil
		}
		// Its last owner has removed the file after we had opened it.
		f.Close()
	}
}

// isAt reports whether an open file is the one that has the path now.
func isAt(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, there)
}

// release removes the file while it is locked still, so that nobody else's is
// removed, and unlocks it: a child that is being started may have the
// descriptor for a moment longer.
func (l *lock) release() error {
	return errors.Join(os.Remove(l.file.Name()), syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}

// prepare makes the directory of a socket, or refuses one that others can
// enter: not every system looks at the rights of the socket itself (unix(7),
// "Pathname socket ownership and permissions").
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return &limen.Error{Kind: limen.Invalid, Why: fmt.Sprintf("%q is no directory", dir)}
	case !ok:
		return errors.ErrUnsupported
	case int(s.Uid) != os.Geteuid():
		return &limen.Error{
			Kind: limen.Denied, Why: fmt.Sprintf("the directory belongs to user %d, and limen runs as user %d", s.Uid, os.Geteuid()),
		}
	case info.Mode().Perm()&0o077 != 0:
		return &limen.Error{
			Kind: limen.Denied, Why: fmt.Sprintf("others may use the directory, whose mode is %#o", info.Mode().Perm()),
			Next: "put the socket into a directory of its own, with mode 0700",
		}
	}
	return nil
}
