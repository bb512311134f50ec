package hint

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// maxFile is the most that is read of a file; a larger one is not read at all.
const maxFile = 1 << 20

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("larger than 1 MiB")
)

// read reads a file of a directory, as the command's own way of reading has
// it.
func (c Command) read(directory, name string) ([]byte, error) {
	read := c.ReadFile
	if read == nil {
		read = readFile
	}
	text, err := read(filepath.Join(directory, name))
	if err == nil && len(text) > maxFile {
		return nil, errTooLarge
	}
	return text, err
}

// readFile reads a small regular file. It follows links, as the program does
// that is about to be started there by the same person.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name) // before opening: a FIFO would wait for its writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		return nil, errTooLarge
	}
	return text, err
}

// resolve returns where a directory lies that another one speaks of.
func resolve(from, to string) string {
	if filepath.IsAbs(to) {
		return to
	}
	return filepath.Join(from, to)
}
