package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What lookup.go needs of this system.
const (
	separators  = `:\/`
	pathKey     = "Path"
	defaultPath = ""
)

// defaultExtensions are those of programs where PATHEXT says nothing.
const defaultExtensions = ".com;.exe;.bat;.cmd"

// sameName reports whether two names mean the same variable.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }

// runnable returns the file that path means: itself, or with one of the
// endings that PATHEXT lists, in that order.
func runnable(path string, environment []string) (string, error) {
	list, ok := variable(environment, "PATHEXT")
	if !ok {
		list = defaultExtensions
	}
	extensions := strings.Split(strings.ToLower(list), ";")
	var candidates []string
	for _, e := range extensions {
		if e != "" && strings.EqualFold(filepath.Ext(path), e) {
			candidates = append(candidates, path)
		}
	}
	for _, e := range extensions {
		if e != "" {
			candidates = append(candidates, path+e)
		}
	}
	for _, c := range candidates {
		if info, err := os.Stat(c); err == nil && !info.IsDir() {
			return c, nil
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", fs.ErrPermission // it is there, and no program
	}
	return "", fs.ErrNotExist
}
