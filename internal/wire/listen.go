package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/limenhq/limen"
)

// maxPath is how long the path of a socket can be, without the NUL at its end:
// sun_path has 108 bytes on Linux (linux/un.h) and Windows (afunix.h), and 104
// on BSD and macOS (sys/un.h).
const maxPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// Listen makes a Unix socket that only this user can reach. It makes the
// directory too, if there is none; one that others can enter is refused. What a
// limen has left there that ended without a word is replaced, but nobody who
// still answers: the error is then ErrInUse.
//
// Closing the listener removes the socket.
func Listen(path string) (net.Listener, error) {
	l, err := listen(path)
	if err != nil {
		return nil, explain(listening, fmt.Sprintf("cannot listen on %q", path), err)
	}
	return l, nil
}

func listen(path string) (*listener, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	if err := prepare(filepath.Dir(path)); err != nil {
		return nil, err
	}
	lock, err := acquire(path + ".lock")
	if err != nil {
		return nil, err
	}
	l, err := bind(path)
	if err != nil {
		lock.release()
		return nil, err
	}
	l.lock = lock
	return l, nil
}

// Clear takes a socket away that a limen has left there which ended without a word.
// Whoever answers, or will in a moment, keeps it: a socket that was bound refuses
// until it listens. The error is ErrInUse then.
func Clear(path string) error {
	lock, err := acquire(path + ".lock")
	if err != nil {
		return err
	}
	return errors.Join(removeStale(path), lock.release())
}

// bind makes the socket; the lock is held.
func bind(path string) (*listener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	u, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	u.SetUnlinkOnClose(false) // it may be another's by then
	l := &listener{UnixListener: u, path: path}
	if err := os.Chmod(path, 0o600); err != nil {
		u.Close()
		os.Remove(path)
		return nil, err
	}
	if l.made, err = os.Lstat(path); err != nil {
		u.Close()
		return nil, err
	}
	return l, nil
}

// removeStale removes a socket that nobody listens on.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return errNoSocket
	}
	// Whoever has no lock can be no limen, but may answer all the same.
	c, err := net.Dial("unix", path)
	switch {
	case err == nil:
		c.Close()
		return ErrInUse
	case !errors.Is(err, refused):
		return err
	}
	return os.Remove(path)
}

// A listener is a socket with a name, and the lock that says it is ours.
type listener struct {
	*net.UnixListener

	path  string
	made  os.FileInfo
	lock  *lock
	close sync.Once
}

// Close ends listening, and removes the socket if it is still this one.
func (l *listener) Close() (err error) {
	l.close.Do(func() {
		if now, e := os.Lstat(l.path); e == nil && os.SameFile(now, l.made) {
			err = os.Remove(l.path)
		}
		err = errors.Join(err, l.UnixListener.Close(), l.lock.release())
	})
	return err
}

// checkPath says what is wrong with a path before the system does, which says
// "invalid argument".
func checkPath(path string) error {
	switch {
	case !filepath.IsAbs(path):
		return &limen.Error{Kind: limen.Invalid, Why: "the path of a socket must be absolute"}
	case strings.ContainsRune(path, 0):
		return &limen.Error{Kind: limen.Invalid, Why: "a path cannot contain the character NUL"}
	case len(path) > maxPath:
		return &limen.Error{
			Kind: limen.Invalid, Why: fmt.Sprintf("its path has %d bytes, and this system takes %d at most", len(path), maxPath),
			Next: "use a directory with a shorter path: set XDG_RUNTIME_DIR",
		}
	}
	return nil
}

// listening are the causes why nobody can listen; the first that fits counts.
var listening = []cause{
	{is: is(ErrInUse), kind: limen.Busy},
	{is: is(errNoSocket), kind: limen.Busy, next: "move it away"},
	{is: is(fs.ErrPermission, fs.ErrNotExist, syscall.ENOSPC, syscall.EROFS, syscall.ENOTDIR), kind: limen.Denied, next: "set XDG_STATE_HOME to a directory that you can write to"},
}

var errNoSocket = errors.New("what lies there already is no socket")
