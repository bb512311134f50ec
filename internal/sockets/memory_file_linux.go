package sockets

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// readMemory reads a file that anybody may have put there. One that is not
// ours alone is not believed.
func readMemory(name string) (memory, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0) // a FIFO would wait for its other end
	if errors.Is(err, fs.ErrNotExist) {
		return memory{}, fmt.Errorf("nothing is remembered yet; it pays from %d processes on", pays)
	}
	if err != nil {
		return memory{}, errForeign
	}
	defer f.Close()
	about, err := f.Stat()
	if err != nil || !about.Mode().IsRegular() || !isOurs(about) || about.Size() > mostRemembered {
		return memory{}, errForeign
	}
	b := make([]byte, about.Size())
	if _, err := io.ReadFull(f, b); err != nil {
		return memory{}, errNoMemory
	}
	return parseMemory(b)
}

var errForeign = errors.New("what is remembered is not a file of this user's that no other may write")

// isOurs reports whether a file is of the user as whom limen runs, and nobody
// else may change it.
func isOurs(about fs.FileInfo) bool {
	s, ok := about.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	return int(s.Uid) == os.Geteuid() && about.Mode().Perm()&0o022 == 0
}

// writeMemory puts a file in the place of name, whole or not at all. Of two
// limens at once, the later one's stays.
func writeMemory(name string, b []byte) error {
	if len(b) > mostRemembered {
		return fs.ErrInvalid
	}
	if err := makeOurs(filepath.Dir(name), 2); err != nil {
		return err
	}
	dir, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	if about, err := dir.Stat("."); err != nil || !isOurs(about) {
		return errors.Join(err, errForeign) // another one by now
	}
	draft := filepath.Base(name) + "." + strconv.Itoa(os.Getpid())
	f, err := dir.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(b)
		if err = errors.Join(err, f.Close()); err == nil {
			err = dir.Rename(draft, filepath.Base(name))
		}
	}
	if err != nil {
		dir.Remove(draft) // also what a limen with our number left behind when it was killed
	}
	return err
}

// makeOurs makes a directory, and at most so many above it, below one that is
// ours. Nothing is made in somebody else's: with sudo, HOME may still be the
// user's, and what root makes there the user could not use any more.
func makeOurs(dir string, above int) error {
	about, err := os.Stat(dir)
	switch {
	case err == nil && !(about.IsDir() && isOurs(about)):
		return errForeign
	case errors.Is(err, fs.ErrNotExist) && above > 0:
		if err := makeOurs(filepath.Dir(dir), above-1); err != nil {
			return err
		}
		return os.Mkdir(dir, 0o700)
	}
	return err
}
