package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A DirectoryError says that a program cannot work where it should.
type DirectoryError struct {
	Path string
	Err  error
}

func (e *DirectoryError) Error() string { return fmt.Sprintf("the directory %q: %v", e.Path, e.Err) }

// Unwrap returns the system's reason.
func (e *DirectoryError) Unwrap() error { return e.Err }

// A LookupError says that a program's file was not found, or may not be run.
type LookupError struct {
	Name string
	Path string // where it was looked for: a file, or the value of PATH
	Err  error
}

func (e *LookupError) Error() string { return fmt.Sprintf("%q: %v", e.Name, e.Err) }

// Unwrap returns the system's reason.
func (e *LookupError) Unwrap() error { return e.Err }

// find returns the file of the program, looked up as execvp(3) would inside of
// it: in its own directory, by its own PATH.
func (p Program) find() (string, error) {
	if p.Directory != "" {
		info, err := os.Stat(p.Directory)
		switch {
		case err != nil:
			return "", &DirectoryError{p.Directory, reason(err)}
		case !info.IsDir():
			return "", &DirectoryError{p.Directory, syscall.ENOTDIR}
		}
	}
	name := p.Arguments[0]
	if strings.ContainsAny(name, separators) {
		full := p.from(name)
		path, err := runnable(full, p.Environment)
		if err != nil {
			return "", &LookupError{name, full, err}
		}
		return path, nil
	}
	return p.search(name)
}

// search looks for name in each directory of PATH. A file that may not be run
// is passed over, as shells do, and remembered as the reason.
func (p Program) search(name string) (string, error) {
	list, ok := variable(p.Environment, pathKey)
	if !ok {
		list = defaultPath
	}
	var why error = fs.ErrNotExist
	for _, dir := range filepath.SplitList(list) {
		if dir == "" {
			dir = "." // execvp(3): "a zero-length prefix" is the current directory
		}
		at := p.from(filepath.Join(dir, name))
		path, err := runnable(at, p.Environment)
		if err == nil {
			return path, nil
		}
		// A directory that may not be looked into has no program for us.
		if _, missing := os.Stat(at); errors.Is(err, fs.ErrPermission) && missing == nil {
			why = err
		}
	}
	return "", &LookupError{name, list, why}
}

// from returns a path as seen from the program's directory.
func (p Program) from(path string) string {
	if filepath.IsAbs(path) || p.Directory == "" {
		return absolute(path)
	}
	return absolute(filepath.Join(p.Directory, path))
}

// absolute makes a path mean the same in every directory, as far as it can.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// reason takes from an error of os what its reader knows: the path.
func reason(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}
