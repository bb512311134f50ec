package serve

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// A walk goes through a folder and all below it, in the order of the disk and
// in constant memory: each folder on the way down is read a few names at a
// time. It follows no link to a folder, so it ends.
type walk struct {
	left leftOut // what was not visited

	// visit is told of each name, by the folder that it lies in and by its path
	// below the first one. An error ends the walk.
	visit func(here *os.Root, at string, d fs.DirEntry) error
}

// mostDeep is how far down a walk goes. Each folder on the way is open
// meanwhile.
const mostDeep = 64

// folder walks through one folder. Its path, with a slash at its end, is put
// before each name in it.
func (w *walk) folder(ctx context.Context, here *os.Root, prefix string, depth int) error {
	folder, err := here.Open(".")
	if err != nil {
		return err
	}
	names, err := namesOf(folder)
	if err != nil {
		return err
	}
	defer names.Close()
	for {
		batch, err := names.ReadDir(128)
		for _, d := range batch {
			if err := w.one(ctx, here, prefix, depth, d); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// one visits one name, and what is below it.
func (w *walk) one(ctx context.Context, here *os.Root, prefix string, depth int, d fs.DirEntry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	name := d.Name()
	at := prefix + name
	switch {
	case !isShown(name):
		w.left.count(name)
		return nil
	case !d.IsDir():
		return w.visit(here, at, d)
	case depth == mostDeep || len(at) > mostPath:
		w.left.Deep++
		return nil
	}
	if err := w.visit(here, at, d); err != nil {
		return err
	}
	below, err := here.OpenRoot(name)
	if err != nil {
		return w.shut(err)
	}
	defer below.Close()
	err = w.folder(ctx, below, at+"/", depth+1)
	if errors.Is(err, fs.ErrPermission) {
		return w.shut(err)
	}
	return err
}

// shut counts a folder that cannot be looked into, and lets the walk go on. One
// that is gone was not there.
func (w *walk) shut(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		w.left.Unread++
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return nil
}
