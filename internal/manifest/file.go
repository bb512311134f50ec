package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/limenhq/limen"
)

// mostBytes is the most that is read of a file. What people write by hand is a
// hundredth of it.
const mostBytes = 1 << 20

var errTooLarge = fmt.Errorf("it is larger than %d MiB", mostBytes>>20)

// readFile reads a small regular file. It follows links, as the programs do
// that are about to be started by the same person.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name) // before opening: a FIFO would wait for its writer
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = errTooLarge
	}
	return text, err
}

// unread says why a file could not be read.
func unread(file string, err error) error {
	e := &limen.Error{Kind: limen.Invalid, What: "cannot read " + file, Why: reason(err)}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind = limen.NotFound
	case errors.Is(err, fs.ErrPermission):
		e.Kind = limen.Denied
	}
	return e
}

// reason is the cause of an error without the file that it happened to, for
// sentences that name it.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// isText reports whether a file's text is UTF-8, and notes where it is not.
func (r *reader) isText(file string, text []byte) bool {
	if utf8.Valid(text) {
		return true
	}
	rest, line := text, 1
	for {
		row, after, _ := bytes.Cut(rest, []byte("\n"))
		if !utf8.Valid(row) {
			break
		}
		rest, line = after, line+1
	}
	r.mistakes.add(position{file, line, 0}, "save it as UTF-8", "this line is not UTF-8")
	return false
}

// unmarked takes off the mark that some editors begin a file with.
func unmarked(text string) string { return strings.TrimPrefix(text, "\ufeff") }

// inside returns the directory that a manifest names, as an absolute path. It
// must lie in the project, with links followed.
func (r *reader) inside(at position, name string) string {
	outside := "name a directory of the project, relative to " + filepath.Base(r.project.File)
	if filepath.IsAbs(name) || filepath.VolumeName(name) != "" {
		r.mistakes.add(at, outside, "the directory %.80q is an absolute path", name)
		return ""
	}
	full := filepath.Join(r.project.Directory, filepath.FromSlash(name))
	info, err := os.Stat(full)
	switch {
	case err != nil:
		r.mistakes.add(at, "", "the directory %.80q cannot be used: %s", name, reason(err))
		return ""
	case !info.IsDir():
		r.mistakes.add(at, "", "%.80q is no directory", name)
		return ""
	}
	if !contains(followed(r.root), followed(full)) {
		r.mistakes.add(at, outside, "the directory %.80q lies outside the project", name)
		return ""
	}
	return full
}

// followed returns a path with its links followed; as it is if that cannot be.
func followed(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}

// contains reports whether a path is a directory, or lies in it.
func contains(directory, path string) bool {
	relative, err := filepath.Rel(directory, path)
	return err == nil && filepath.IsLocal(relative)
}
