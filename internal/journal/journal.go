// Package journal keeps what apps print: it cuts it into lines, and keeps the
// last of them on disk, so that they can be read later and by others.
package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/limenhq/limen"
)

// kept is how much of each app is kept, in bytes. It is kept in two halves, and
// the older one goes when the newer one is full.
const kept = 8 << 20

// A Journal is a directory with what apps have printed. It may be used by
// several goroutines at once, but one process alone may write about an app.
type Journal struct {
	Kept int64 // how many bytes of each app are kept; 0 means 8 MiB. It is set before the first line

	root *os.Root
	mu   sync.Mutex // guards books
	book map[string]*book
}

// A book is the file that an app's lines go to.
type book struct {
	mu   sync.Mutex // guards what follows
	file *os.File
	size int64
	buf  []byte
	err  error // why nothing is kept any more
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
	return &Journal{root: root, book: map[string]*book{}}, nil
}

// Close ends the use of the journal.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	errs := []error{}
	for _, b := range j.book {
		if b.file != nil {
			errs = append(errs, b.file.Close())
		}
	}
	return errors.Join(append(errs, j.root.Close())...)
}

// Add keeps lines of one app. When that fails, as on a full disk, the error is
// returned once, and nothing more of that app is kept.
func (j *Journal) Add(lines []limen.LogLine) error {
	if len(lines) == 0 {
		return nil
	}
	app := lines[0].App
	b := j.of(app)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return nil // was told
	}
	b.buf = b.buf[:0]
	for _, l := range lines {
		b.buf = appendRecord(b.buf, l)
	}
	if b.err = j.write(app, b); b.err != nil {
		return fmt.Errorf("what %s prints is not kept any more: %w", app, b.err)
	}
	return nil
}

// of returns the book of an app.
func (j *Journal) of(app string) *book {
	j.mu.Lock()
	defer j.mu.Unlock()
	b := j.book[app]
	if b == nil {
		b = &book{}
		j.book[app] = b
	}
	return b
}

// write appends what is in the buffer, and begins a new file when the old one
// is half of what is kept.
func (j *Journal) write(app string, b *book) error {
	most := j.Kept
	if most == 0 {
		most = kept
	}
	if b.file != nil && b.size+int64(len(b.buf)) > most/2 {
		if err := b.file.Close(); err != nil {
			return err
		}
		b.file = nil
		if err := j.root.Rename(fileOf(app), olderOf(app)); err != nil {
			return err
		}
	}
	if b.file == nil {
		f, err := j.root.OpenFile(fileOf(app), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			return errors.Join(err, f.Close())
		}
		if !info.Mode().IsRegular() {
			return errors.Join(fmt.Errorf("%s is no file", f.Name()), f.Close())
		}
		b.file, b.size = f, info.Size()
	}
	n, err := b.file.Write(b.buf)
	b.size += int64(n)
	return err
}

// Forget deletes what is kept of an app. Nobody may write about it meanwhile.
func (j *Journal) Forget(app string) error {
	for _, name := range []string{fileOf(app), olderOf(app)} {
		if err := j.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// fileOf is the name of an app's file. An app's name was checked where it was
// read; should it be odd all the same, it stays one harmless word.
func fileOf(app string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' || r == ':' {
			return '_'
		}
		return r
	}, app) + ".log"
}

func olderOf(app string) string { return fileOf(app) + ".old" }
