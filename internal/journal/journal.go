// Package journal keeps what apps print: it cuts it into lines, and keeps the
// last of them on disk, so that they can be read later and by others.
//
// What is kept comes first: it is written as fast as an app prints, whoever else
// is told the lines and however slow they are. Where lines were lost all the
// same, the next one says how many, in LogLine.Lost.
package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// kept is how much of each app is kept, in bytes. It is kept in two halves, and
// the older one goes when the newer one is full.
const kept = 8 << 20

const (
	// memoryMost is how many bytes of an app are kept where its file cannot be
	// written.
	memoryMost = 256 << 10
	// again is when that is tried again: somebody may have made room.
	again = 10 * time.Second
)

// A Journal is a directory with what apps have printed. It may be used by
// several goroutines at once, but one process alone may write about an app.
type Journal struct {
	Kept int64 // how many bytes of each app are kept; 0 means 8 MiB. It is set before the first line

	root  *os.Root
	mu    sync.Mutex // guards books; it is not held while one of theirs is
	books map[string]*book
}

// Open opens the journal in a directory, which is made for its owner alone.
func Open(dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Journal{root: root, books: map[string]*book{}}, nil
}

// Close ends the use of the journal.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	for _, b := range j.books {
		errs = append(errs, b.close())
	}
	return errors.Join(append(errs, j.root.Close())...)
}

// Add keeps lines of one app. When they cannot be written, as on a full disk,
// that is said once, with words that the app's name can stand before; until it
// succeeds again, the last of them are kept in memory, for Read of this Journal.
func (j *Journal) Add(lines []limen.LogLine) error {
	if len(lines) == 0 {
		return nil
	}
	app := lines[0].App
	if err := j.of(app).add(lines); err != nil {
		return fmt.Errorf("cannot have its lines written, and the last of them are kept in memory only: %w", err)
	}
	return nil
}

// of returns the book of an app.
func (j *Journal) of(app string) *book {
	j.mu.Lock()
	defer j.mu.Unlock()
	b := j.books[app]
	if b == nil {
		b = &book{root: j.root, newer: fileOf(app, newer), older: fileOf(app, older), half: kept / 2}
		if j.Kept > 0 {
			b.half = j.Kept / 2
		}
		j.books[app] = b
	}
	return b
}

// Forget deletes what is kept of an app. Nobody may write about it meanwhile.
func (j *Journal) Forget(app string) error {
	j.mu.Lock()
	b := j.books[app]
	delete(j.books, app)
	j.mu.Unlock()
	var errs []error
	if b != nil {
		errs = append(errs, b.close())
	}
	for _, kind := range []string{newer, older} {
		if err := j.root.Remove(fileOf(app, kind)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
