package journal

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/limenhq/limen"
)

// A reader reads the book of one app, which another process may be writing.
type reader struct {
	journal *Journal
	app     string

	file *os.File // that is being read; nil if there was none yet
	off  int64    // from where on
	at   int64    // the number of the record there

	hasRead bool  // a line was given
	next    int64 // the number after its own
}

func (r *reader) close() {
	if r.file != nil {
		r.file.Close() // it was only read
		r.file = nil
	}
}

// past returns the lines that are there.
func (r *reader) past(buf []byte, q Question) (all []limen.LogLine, err error) {
	err = r.more(buf, func(l limen.LogLine) {
		if !l.Time.After(q.Since) {
			return
		}
		all = append(all, l)
		if q.Last > 0 && len(all) >= 2*q.Last {
			all = slices.Delete(all, 0, len(all)-q.Last)
		}
	})
	if n := len(all) - q.Last; q.Last > 0 && n > 0 {
		all = all[n:]
	}
	return all, err
}

// mostTurns is how many files are read at one go. There are two of them; an app
// that fills them faster than they are read is read on with the next look.
const mostTurns = 4

// more gives the lines that have come since.
func (r *reader) more(buf []byte, keep func(limen.LogLine)) error {
	for range mostTurns {
		if r.file == nil {
			if err := r.open(); err != nil {
				if r.fromMemory(keep) {
					return nil // the same keeps it from being written, which was told
				}
				return err
			}
		}
		if r.file == nil {
			r.fromMemory(keep)
			return nil
		}
		// Asked before it is read: in a file that is not the newer one any more
		// nothing is written after this.
		isNewer, err := r.isNewer()
		if err != nil {
			return err
		}
		if r.off, err = eachLine(r.file, r.off, buf, func(line []byte, _ int64) { r.take(line, keep) }); err != nil {
			return err
		}
		if isNewer {
			r.fromMemory(keep)
			return nil
		}
		r.close()
	}
	return nil
}

// isNewer reports whether lines are still added to the file that is read.
func (r *reader) isNewer() (bool, error) {
	now, err := r.journal.root.Stat(fileOf(r.app, newer))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	was, err := r.file.Stat()
	return err == nil && os.SameFile(was, now), err
}

// open opens the file that goes on where the last one ended, or the first one
// after that. It leaves none open if there is none yet.
func (r *reader) open() error {
	var best int64
	// The newer one comes first: should it become the older one in between,
	// nothing is passed over.
	for _, kind := range []string{newer, older} {
		f, first, off, err := r.candidate(fileOf(r.app, kind))
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		if kind == newer && first < r.at { // all was forgotten, and numbers begin again
			r.at, r.next = 0, 0
		}
		if first < r.at || r.file != nil && first >= best {
			f.Close() // it was only read
			continue
		}
		r.close()
		r.file, r.off, best = f, off, first
	}
	if r.file != nil {
		r.at = best
	}
	return nil
}

// candidate opens a file, and returns the number of its first record and where
// that begins. The file is nil if it is not there yet.
func (r *reader) candidate(name string) (f *os.File, first, off int64, err error) {
	f, err = openRegular(r.journal.root, name, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, 0, nil
	}
	if err != nil {
		return nil, 0, 0, err
	}
	first, off, err = headOf(f)
	if !errors.Is(err, errHead) {
		return f, first, off, err
	}
	info, err := f.Stat()
	if err != nil || info.Size() == 0 { // its head is on the way
		return nil, 0, 0, errors.Join(err, f.Close())
	}
	return f, 0, 0, nil // survey says why
}

// take gives a record, unless it was given from memory already. What is no
// record is missing like one that went.
func (r *reader) take(line []byte, keep func(limen.LogLine)) {
	number := r.at
	r.at++
	if number < r.next {
		return
	}
	if l, err := parseRecord(r.app, line); err == nil {
		r.give(number, l, keep)
	}
}

// give gives a line, with how many are missing since the one before it.
func (r *reader) give(number int64, l limen.LogLine, keep func(limen.LogLine)) {
	if r.hasRead {
		l.Lost += int(number - r.next)
	}
	r.hasRead, r.next = true, number+1
	keep(l)
}

// fromMemory gives the lines that this process could not write, after all that
// it could. It reports whether there are any.
func (r *reader) fromMemory(keep func(limen.LogLine)) bool {
	r.journal.mu.Lock()
	b := r.journal.books[r.app]
	r.journal.mu.Unlock()
	if b == nil {
		return false
	}
	lines, first, isUnkept := b.inMemory(r.at, r.next)
	for i, l := range lines {
		r.give(first+int64(i), l, keep)
	}
	return isUnkept
}
