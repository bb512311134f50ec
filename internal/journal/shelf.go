package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Shelf is a directory with a journal for each project.
type Shelf struct{ Dir string }

// label is the file in a journal that says whose it is. No app has a file of this
// name.
const label = "project"

// longestLabel is more than a path can have (PATH_MAX, linux/limits.h).
const longestLabel = 16 << 10

// spineOf names the journal of a project. A path is too long for a name, and
// holds what no name may.
func spineOf(project string) string {
	sum := sha256.Sum256([]byte(project))
	return hex.EncodeToString(sum[:12])
}

// Open opens the journal of a project, which is made if there is none.
func (s Shelf) Open(project string) (*Journal, error) {
	j, err := Open(filepath.Join(s.Dir, spineOf(project)))
	if err != nil {
		return nil, err
	}
	if _, err := j.root.Lstat(label); errors.Is(err, fs.ErrNotExist) {
		_ = j.root.WriteFile(label, []byte(project), 0o600) // without it, the journal stays for ever
	}
	return j, nil
}

// Forgotten is how long nothing must have been added to a journal before it goes
// with its project.
const Forgotten = 30 * 24 * time.Hour

// Sweep removes the journals of projects that are gone, if nothing was added to
// them for long. What is not surely such a journal stays: one without a label or
// with another project's, one with anything else in it, and all on a shelf that
// is somebody else's.
func (s Shelf) Sweep(now time.Time, isGone func(project string) bool) error {
	shelf, err := os.OpenRoot(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer shelf.Close() // what was removed is
	about, err := shelf.Stat(".")
	if err != nil || !isMine(about) {
		return err // with sudo, HOME may be another user's
	}
	spines, err := namesIn(shelf)
	if err != nil {
		return err
	}
	var errs []error
	for _, spine := range spines {
		if about, err := shelf.Lstat(spine); err != nil || !about.IsDir() || !isMine(about) {
			continue
		}
		errs = append(errs, sweep(shelf, spine, now, isGone))
	}
	return errors.Join(errs...)
}

// sweep removes one journal, if it is to go.
func sweep(shelf *os.Root, spine string, now time.Time, isGone func(string) bool) error {
	j, err := shelf.OpenRoot(spine)
	if err != nil {
		return err
	}
	defer j.Close() // it is removed, or was only read
	project, err := projectOf(j)
	if err != nil || spineOf(project) != spine || !filepath.IsAbs(project) || !isGone(project) {
		return nil // not known to be one that goes
	}
	files, err := namesIn(j)
	if err != nil {
		return err
	}
	for _, name := range files {
		about, err := j.Lstat(name)
		if err != nil {
			return err
		}
		if _, isOurs := appOf(name); !isOurs && name != label || !about.Mode().IsRegular() || now.Sub(about.ModTime()) < Forgotten {
			return nil
		}
	}
	var errs []error
	for _, name := range files {
		if name != label { // as long as something is left, it is known whose
			errs = append(errs, j.Remove(name))
		}
	}
	if errors.Join(errs...) == nil {
		errs = append(errs, j.Remove(label), shelf.Remove(spine))
	}
	return errors.Join(errs...)
}

// projectOf reads the label of a journal.
func projectOf(j *os.Root) (string, error) {
	f, err := openRegular(j, label, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, longestLabel))
	return string(text), err
}

// namesIn lists a directory.
func namesIn(dir *os.Root) ([]string, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	return f.Readdirnames(-1)
}
