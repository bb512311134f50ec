package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A Question says which lines are wanted.
type Question struct {
	Apps   []string
	Last   int       // of each app; 0 means all that is kept
	Since  time.Time // only later ones
	Follow bool      // also those to come, until the context ends
}

// glance is how often is looked for new lines: below what a person notices.
const glance = 50 * time.Millisecond

// Read gives lines in the order of their times, and goes on with new ones if
// told to. It returns what give returns.
func (j *Journal) Read(ctx context.Context, q Question, give func(limen.LogLine) error) error {
	var all []limen.LogLine
	var readers []*reader
	for _, app := range q.Apps {
		r := &reader{journal: j, app: app}
		defer r.close()
		readers = append(readers, r)
		lines, err := r.past(q)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	for {
		slices.SortStableFunc(all, func(a, b limen.LogLine) int { return a.Time.Compare(b.Time) })
		for _, l := range all {
			if err := give(l); err != nil {
				return err
			}
		}
		if !q.Follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(glance):
		}
		all = all[:0]
		for _, r := range readers {
			lines, err := r.more()
			if err != nil {
				return err
			}
			all = append(all, lines...)
		}
	}
}

// A reader reads the book of one app.
type reader struct {
	journal *Journal
	app     string
	file    *os.File // the newer half; nil while there is none
	rest    []byte   // of a record whose end has not come
}

func (r *reader) close() {
	if r.file != nil {
		r.file.Close() // nothing was written
	}
}

// past returns the lines that are there.
func (r *reader) past(q Question) (all []limen.LogLine, err error) {
	keep := func(l limen.LogLine) {
		if !l.Time.After(q.Since) {
			return
		}
		all = append(all, l)
		if q.Last > 0 && len(all) >= 2*q.Last {
			all = slices.Delete(all, 0, len(all)-q.Last)
		}
	}
	older, err := r.journal.root.Open(olderOf(r.app))
	switch {
	case err == nil:
		err = errors.Join(r.take(older, keep), older.Close())
		r.rest = nil
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err == nil {
		err = r.takeNew(keep)
	}
	if n := len(all) - q.Last; q.Last > 0 && n > 0 {
		all = all[n:]
	}
	return all, err
}

// more returns the lines that have come since.
func (r *reader) more() (all []limen.LogLine, err error) {
	keep := func(l limen.LogLine) { all = append(all, l) }
	if err := r.takeNew(keep); err != nil {
		return nil, err
	}
	if r.file == nil {
		return all, nil
	}
	now, err := r.journal.root.Stat(fileOf(r.app))
	if err == nil {
		was, err := r.file.Stat()
		if err != nil || os.SameFile(was, now) {
			return all, err
		}
	}
	// A new half has begun. What came to the old one in the last moment is
	// there by now.
	err = r.takeNew(keep)
	r.close()
	r.file, r.rest = nil, nil
	if err == nil {
		err = r.takeNew(keep)
	}
	return all, err
}

// takeNew reads on in the newer half.
func (r *reader) takeNew(keep func(limen.LogLine)) error {
	if r.file == nil {
		f, err := r.journal.root.Open(fileOf(r.app))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		r.file = f
	}
	return r.take(r.file, keep)
}

// take reads records to the end of a file. What is no record, as after a crash
// of the machine, is passed over.
func (r *reader) take(from io.Reader, keep func(limen.LogLine)) error {
	b := bufio.NewReaderSize(from, longest+256)
	for {
		piece, err := b.ReadSlice('\n')
		r.rest = append(r.rest, piece...)
		if bytes.HasSuffix(r.rest, []byte("\n")) {
			if l, err := parseRecord(r.app, r.rest[:len(r.rest)-1]); err == nil {
				keep(l)
			}
			r.rest = r.rest[:0]
		}
		switch {
		case err == nil:
		case errors.Is(err, bufio.ErrBufferFull):
			r.rest = r.rest[:0] // no line is so long
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}
