package serve

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// returnEvery is how often a folder that was deleted is looked for. Builds
// delete it, and make it anew in a moment.
const returnEvery = 50 * time.Millisecond

// listen has the system tell of changes. It fails where that cannot be had, or
// no longer. It starts a goroutine of fsnotify's that ends before it returns.
func (w *watch) listen(ctx context.Context, ready func(), tell func(change)) error {
	if kind, ok := silentKind(w.root); ok {
		return errSilent{kind}
	}
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer events.Close()
	root, err := filepath.EvalSymlinks(w.root)
	if err != nil {
		return err
	}
	e := &ear{watch: &watch{root: root, skip: w.skip}, events: events, burst: burst{root: root, settle: w.settle}}
	if err := e.enter(root, false); err != nil {
		return err
	}
	ready()
	return e.hear(ctx, tell)
}

// An ear hears of changes. The system tells of those of the names in a folder,
// and nothing of the folders within, so the ear is in each of them.
type ear struct {
	*watch
	events *fsnotify.Watcher
	burst  burst
	gone   *time.Ticker // while the root is not there
}

// hear tells of changes until ctx ends.
func (e *ear) hear(ctx context.Context, tell func(change)) error {
	for {
		settled, overdue := e.burst.ends()
		var returns <-chan time.Time
		if e.gone != nil {
			returns = e.gone.C
		}
		var err error
		select {
		case <-ctx.Done():
			return nil
		case event := <-e.events.Events:
			err = e.take(event)
		case err = <-e.events.Errors:
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				err = e.again()
			}
		case <-returns:
			err = e.again()
		case <-settled:
			tell(e.burst.take())
		case <-overdue:
			tell(e.burst.take())
		}
		if err != nil {
			return err
		}
	}
}

// take notes one event.
func (e *ear) take(event fsnotify.Event) error {
	switch {
	case event.Name == e.root && event.Has(fsnotify.Remove|fsnotify.Rename):
		e.gone = time.NewTicker(returnEvery)
		return nil
	case event.Has(fsnotify.Create):
		if info, err := os.Lstat(event.Name); err == nil && info.IsDir() {
			if !e.wants(event.Name, true) {
				return nil
			}
			return e.enter(event.Name, true)
		}
	}
	if !e.wants(event.Name, false) {
		return nil
	}
	if event.Has(fsnotify.Rename) {
		e.leave(event.Name)
	}
	e.burst.add(event.Name)
	return nil
}

// leave listens no longer in a folder and all below, which have other names
// now or are elsewhere: inotify stays with what moved (inotify(7)), and
// fsnotify with the names that it had.
func (e *ear) leave(folder string) {
	for _, path := range e.events.WatchList() {
		if path == folder || strings.HasPrefix(path, folder+string(filepath.Separator)) {
			_ = e.events.Remove(path) // it may have ended by itself
		}
	}
}

// again enters all folders, since some may have been missed or be new. A root
// that is not there yet is looked for later.
func (e *ear) again() error {
	if _, err := os.Lstat(e.root); err != nil {
		return nil
	}
	if e.gone != nil {
		e.gone.Stop()
		e.gone = nil
	}
	e.burst.addMore()
	return e.enter(e.root, false)
}

// enter listens in a folder and all below. If it is new, so is what is in it.
// The folder is watched before it is read, so nothing slips in between.
func (e *ear) enter(folder string, isNew bool) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && path != e.root:
			return nil // it is gone again, or nobody may read it: not served, either
		case err != nil:
			return err
		case !entry.IsDir():
			if isNew && e.wants(path, false) {
				e.burst.add(path)
			}
			return nil
		case !e.wants(path, true):
			return fs.SkipDir
		}
		if isNew {
			e.burst.add(path)
		}
		err = e.events.Add(path)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return fs.SkipDir
		}
		return err
	})
}
