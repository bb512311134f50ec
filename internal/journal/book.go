package journal

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A book is where the lines of an app are written. Each has a number, so that
// readers notice when some went before they came to them.
type book struct {
	root         *os.Root
	newer, older string // names of its files
	half         int64  // how much goes into one of them

	mu     sync.Mutex // guards what follows
	file   *os.File   // the newer one; nil before the first line, and when it could not be written
	size   int64      // of its whole records, and its head
	next   int64      // the number of the next record
	scribe scribe
	buf    []byte
	unkept tail      // lines that could not be written; their numbers begin with next, after those dropped
	failed time.Time // when that was last tried
}

// add keeps lines. An error is the first of several that may follow.
func (b *book) add(lines []limen.LogLine) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.unkept.lines) == 0 {
		n, err := b.write(lines)
		if err != nil {
			b.failed = lines[0].Time
			b.unkept.add(lines[n:], memoryMost)
		}
		return err
	}
	b.unkept.add(lines, memoryMost)
	if lines[0].Time.Sub(b.failed) >= again {
		b.failed = lines[0].Time
		b.retry()
	}
	return nil
}

// retry writes what is in memory. That it cannot be written is known.
func (b *book) retry() {
	if b.open() != nil {
		return
	}
	if b.unkept.dropped > 0 { // numbers are left out, which a new file can say
		b.next += int64(b.unkept.dropped)
		b.unkept.dropped = 0
		if b.turn() != nil {
			return
		}
	}
	n, err := b.write(b.unkept.lines)
	rest := b.unkept.lines[n:]
	b.unkept = tail{}
	if err != nil {
		b.unkept.add(rest, memoryMost)
	}
}

// atOnce is how many bytes are written with one call: more makes it no faster.
const atOnce = 128 << 10

// write writes lines, and returns how many of them are whole in the file.
func (b *book) write(lines []limen.LogLine) (done int, err error) {
	most := min(atOnce, int(b.half)/2)
	for done < len(lines) {
		b.buf = b.buf[:0]
		n := done
		for ; n < len(lines) && len(b.buf) < most; n++ {
			b.buf = b.scribe.appendRecord(b.buf, lines[n])
		}
		if err := b.flush(); err != nil {
			return done, err
		}
		b.next += int64(n - done)
		done = n
	}
	return done, nil
}

// flush writes what is in the buffer, and begins a new file when the old one has
// its half.
func (b *book) flush() error {
	if err := b.open(); err != nil {
		return err
	}
	if b.size+int64(len(b.buf)) > b.half && b.size > int64(headMost) {
		if err := b.turn(); err != nil {
			return err
		}
	}
	if _, err := b.file.Write(b.buf); err != nil {
		// Half a record would become one with the next. If it cannot be cut
		// off here, it is when the file is opened again.
		_ = b.file.Truncate(b.size)
		return errors.Join(err, b.drop())
	}
	b.size += int64(len(b.buf))
	return nil
}

// open opens the file, and takes off what a crash has left unfinished there.
func (b *book) open() error {
	if b.file != nil {
		return nil
	}
	f, err := openRegular(b.root, b.newer, os.O_RDWR|os.O_APPEND|os.O_CREATE)
	if err != nil {
		return err
	}
	b.file = f
	next, end, err := survey(f)
	if err == nil {
		b.next, b.size = next, end
		err = f.Truncate(end)
	}
	if errors.Is(err, errHead) {
		b.next = max(b.next, next)
		return b.found()
	}
	if err != nil {
		return errors.Join(err, b.drop())
	}
	return nil
}

// found begins the first file, or one after what a crash of the machine, or
// somebody else, has left in its place.
func (b *book) found() error {
	info, err := b.file.Stat()
	switch {
	case err != nil:
	case info.Size() > 0:
		return b.turn()
	default:
		if err = b.followOlder(); err == nil {
			err = b.begin()
		}
	}
	if err != nil {
		return errors.Join(err, b.drop())
	}
	return nil
}

// followOlder sets the next number to that after the older file, if one is
// there, as it is when limen was killed between the two.
func (b *book) followOlder() error {
	f, err := openRegular(b.root, b.older, os.O_RDONLY)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}
	defer f.Close() // it was only read
	next, _, err := survey(f)
	if errors.Is(err, errHead) {
		err = nil
	}
	b.next = max(b.next, next)
	return err
}

// turn makes the newer file the older one, and begins another.
func (b *book) turn() error {
	if err := b.drop(); err != nil {
		return err
	}
	if err := b.root.Rename(b.newer, b.older); err != nil {
		return err
	}
	f, err := openRegular(b.root, b.newer, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	b.file = f
	if err := b.begin(); err != nil {
		return errors.Join(err, b.drop())
	}
	return nil
}

// begin writes the head of a file.
func (b *book) begin() error {
	head := appendHead(nil, b.next)
	b.size = int64(len(head))
	_, err := b.file.Write(head)
	return err
}

// drop closes the file, which is opened again when it is needed.
func (b *book) drop() error {
	f := b.file
	b.file = nil
	return f.Close()
}

// close ends the use of the book.
func (b *book) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return nil
	}
	return b.drop()
}

// inMemory returns lines that are in memory only, from a number on, and the
// number of the first. It returns none to who has not read all that is written.
// It also reports whether there are such lines.
func (b *book) inMemory(at, number int64) (lines []limen.LogLine, first int64, isUnkept bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.unkept.lines) == 0 || at < b.next {
		return nil, 0, len(b.unkept.lines) > 0
	}
	first = b.next + int64(b.unkept.dropped)
	skip := min(max(number-first, 0), int64(len(b.unkept.lines)))
	return slices.Clone(b.unkept.lines[skip:]), first + skip, true
}
