package serve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// openPart opens what has come of a file, to add to it, and says how much that
// is.
func openPart(root *os.Root, name string) (*os.File, int64, error) {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return nil, 0, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, size, nil
}

// partSize is how much has come of a file.
func partSize(root *os.Root, name string) int64 {
	info, err := root.Lstat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// mostTwins is how many files of one name there may be.
const mostTwins = 1000

// settle gives a whole file the name that it came under, or one with a number
// if that is taken: "photo (1).jpg". Nothing is ever overwritten.
func settle(root *os.Root, file, name string) (string, error) {
	ending := path.Ext(name)
	base := strings.TrimSuffix(name, ending)
	if base == "" {
		base, ending = name, ""
	}
	for n := range mostTwins {
		as := name
		if n > 0 {
			as = fmt.Sprintf("%s (%d)%s", base, n, ending)
		}
		err := rename(root, file, as)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return as, syncFolder(root)
	}
	return "", fmt.Errorf("there are %d files called %q already", mostTwins, name)
}

// rename gives a file another name, and fails if that is taken. rename(2)
// itself would overwrite, and what would not is each system's own; a second
// name is refused everywhere (link(2), EEXIST).
func rename(root *os.Root, from, to string) error {
	err := root.Link(from, to)
	if err == nil {
		return root.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return replaceHeld(root, from, to)
}

// replaceHeld is rename for file systems without second names, such as FAT: an
// empty file holds the name first, and what is overwritten then is our own.
func replaceHeld(root *os.Root, from, to string) error {
	held, err := root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err := held.Close(); err != nil {
		return err
	}
	return root.Rename(from, to)
}

// syncFolder makes the names in a folder outlive a loss of power, where the
// system can.
func syncFolder(root *os.Root) error {
	folder, err := root.Open(".")
	if err != nil {
		return nil // the file is there; that is what counts
	}
	defer folder.Close()
	folder.Sync() // Windows has no such thing, and some file systems neither
	return nil
}
