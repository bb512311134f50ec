//go:build !windows

package resolve

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// hostsPath is the system's file of hosts (hosts(5)).
const hostsPath = "/etc/hosts"

// isMountPoint reports whether a file could not be replaced because something is
// mounted there (rename(2)).
func isMountPoint(err error) bool { return errors.Is(err, syscall.EBUSY) }

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// inherit gives an open file the owner, the rights and the label of another.
func inherit(f *os.File, from string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := f.Chown(int(s.Uid), int(s.Gid)); err != nil {
			return err
		}
	}
	if err := f.Chmod(info.Mode().Perm()); err != nil { // after chown, which takes rights away
		return err
	}
	return relabel(f.Name(), from)
}

// syncDirectory makes a rename outlast a crash, where the system can.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}

// errLocked means that another limen writes the file, and does not come to an end.
var errLocked = errors.New("another limen is writing it")

// A lock keeps other limens from writing at the same time. Only who may write
// beside the file can take it.
type lock struct{ file *os.File }

// acquire waits for the lock. It is free again when its process ends, however
// that happens.
func acquire(ctx context.Context, path string) (*lock, error) {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil && isAt(f, path) {
			return &lock{f}, nil
		}
		f.Close()
		if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, os.NewSyscallError("flock", err)
		}
		select {
		case <-ctx.Done():
			return nil, errLocked
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// isAt reports whether an open file is the one that has the path now: its last
// owner may have removed it after we had opened it.
func isAt(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, there)
}

// release removes the file while it is locked still, so that nobody else's is.
func (l *lock) release() {
	os.Remove(l.file.Name())
	l.file.Close()
}
