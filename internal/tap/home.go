package tap

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// openHome opens the directory of the rings, and makes it where there is none. It has
// to be of whoever taps: with sudo, HOME may still be another user's, who could have
// root write wherever a link leads, and could not use what root has made there.
func openHome(dir string) (*os.Root, error) {
	home, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		home, err = makeHome(dir)
	}
	if err != nil {
		return nil, err
	}
	about, err := home.Stat(".")
	if err == nil {
		err = checkOwner(dir, about, false)
	}
	if err != nil {
		return nil, errors.Join(err, home.Close())
	}
	return home, nil
}

// makeHome makes the directory, below what there is of its path.
func makeHome(dir string) (*os.Root, error) {
	above := filepath.Dir(dir)
	about, err := os.Stat(above)
	for errors.Is(err, fs.ErrNotExist) && above != filepath.Dir(above) {
		above = filepath.Dir(above)
		about, err = os.Stat(above)
	}
	if err == nil {
		err = checkOwner(above, about, true)
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}
