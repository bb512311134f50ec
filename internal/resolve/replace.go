package resolve

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/limenhq/limen"
)

// readAll reads the whole file, or nothing: half of one must never be written back.
func readAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is no regular file", path)
	case info.Size() > mostRead:
		return nil, fmt.Errorf("%q has more than %d MiB", path, mostRead>>20)
	}
	return os.ReadFile(path)
}

// replace puts text into the place of a file, at once: whoever reads it sees it as
// it was, or as it is now. The new one has the rights of the old one.
func replace(path string, text []byte) error {
	next, err := os.CreateTemp(filepath.Dir(path), ".limen-hosts-*")
	if err != nil {
		return err
	}
	defer os.Remove(next.Name()) // if it is still there
	_, err = next.Write(text)
	err = errors.Join(err, inherit(next, path), next.Sync(), next.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(next.Name(), path); err != nil {
		return err
	}
	syncDirectory(filepath.Dir(path))
	return nil
}

// backup is what is kept beside a file that could not be replaced.
const backup = ".limen-backup"

// rewrite writes over a file, which may be seen half written. What it was before
// limen wrote to it is kept beside it for as long as that has a block there.
func rewrite(path string, was, wanted []byte) (*limen.Gap, error) {
	kept := path + backup
	if _, isThere, _ := findBlock(was); !isThere {
		if err := os.WriteFile(kept, was, 0o644); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteAt(wanted, 0)
	err = errors.Join(err, f.Truncate(int64(len(wanted))), f.Sync(), f.Close())
	if err != nil {
		return nil, fmt.Errorf("%w; what it was is in %s", err, kept)
	}
	if _, isThere, _ := findBlock(wanted); !isThere {
		os.Remove(kept)
		return nil, nil
	}
	return &limen.Gap{
		What: fmt.Sprintf("that %s is written in one step", path), Why: "it is mounted by itself, as in a container, and cannot be replaced",
		Next: fmt.Sprintf("what it was before is in %s", kept),
	}, nil
}
