package tap

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

const (
	segmentParts = 8   // of which a ring has at most so many that are full
	segmentsMost = 256 // files of a ring: those of short runs are small

	segmentEnd = ".tap"
	lockName   = "lock"
)

// letters are what rings are called. Requests in the first are called by their
// number alone.
const letters = "abcdefghijklmnopqrstuvwxyz"

// errTaken says that another process has a lock.
var errTaken = errors.New("another process writes there")

// A ring is a directory of segments, to which one process writes. But for what is
// said of it, it belongs to one goroutine.
type ring struct {
	letter  string
	root    *os.Root
	lock    io.Closer
	size    int64 // bytes that all segments have at most
	highest uint64
	missed  int64  // as far as earlier runs knew
	run     uint32 // which this one is

	segments []segment // the oldest first; without file
	file     *os.File  // that is written to; nil before the first, and if it could not be written
	isSure   bool      // that nobody has deleted that, a moment ago
	filled   int64     // bytes of it
	length   int64     // of the file that is used again
	serial   uint64    // of the last one
}

// A segment is a file of a ring that is written to no more.
type segment struct {
	serial uint64
	size   int64
}

// openRing opens the first ring that nobody else writes to.
func openRing(dir string, size int64) (*ring, error) {
	home, err := openHome(dir)
	if err != nil {
		return nil, err
	}
	defer home.Close() // rings have their own
	for _, letter := range strings.Split(letters, "") {
		if err := home.Mkdir(letter, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		root, err := home.OpenRoot(letter)
		if err != nil {
			return nil, err
		}
		lock, err := insist(root)
		if errors.Is(err, errTaken) {
			root.Close() // likewise
			continue
		}
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
		r, err := newRing(root, letter, size, lock)
		if err != nil {
			return nil, errors.Join(err, root.Close(), lock.Close())
		}
		return r, nil
	}
	return nil, &limen.Error{Kind: limen.Busy, What: "cannot keep what goes through", Why: fmt.Sprintf("%d others do so in %s already", len(letters), dir), Next: "end one of them"}
}

// insist takes a lock, also if a reader has it who only looks whether somebody writes.
func insist(root *os.Root) (lock io.Closer, err error) {
	for range 3 {
		if lock, err = takeLock(root); !errors.Is(err, errTaken) {
			break
		}
		<-time.After(time.Millisecond)
	}
	return lock, err
}

// newRing reads what earlier runs have left in a ring.
func newRing(root *os.Root, letter string, size int64, lock io.Closer) (_ *ring, err error) {
	r := &ring{letter: letter, root: root, lock: lock, size: size}
	if r.segments, err = segmentsOf(root); err == nil {
		err = r.resume()
	}
	if err != nil {
		return nil, err
	}
	// From this block on readers know that what had no end before has none. If it
	// cannot be written, the first that is to be kept will tell.
	_ = r.write(&batch{bytes: make([]byte, blockHead, blockHead+len(blockEnd))}, r.missed)
	return r, nil
}

// segmentsOf lists the segments of a ring, the oldest first. One that has just made room
// for another is there with no size.
func segmentsOf(root *os.Root) (all []segment, err error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close() // it was only read
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name, isOne := strings.CutSuffix(e.Name(), segmentEnd)
		serial, err := strconv.ParseUint(name, 10, 63)
		if !isOne || err != nil || segmentName(serial) != e.Name() {
			continue
		}
		switch info, err := e.Info(); {
		case errors.Is(err, fs.ErrNotExist):
			all = append(all, segment{serial: serial})
		case err == nil && info.Mode().IsRegular(): // the rest is not ours
			all = append(all, segment{serial, info.Size()})
		}
	}
	slices.SortFunc(all, func(a, b segment) int { return int(int64(a.serial) - int64(b.serial)) })
	return all, nil
}

func segmentName(serial uint64) string { return fmt.Sprintf("%08d%s", serial, segmentEnd) }

// resume finds out with what to go on, and where: numbers are never given twice. What a
// crash has left unfinished is written over.
func (r *ring) resume() error {
	for i, s := range slices.Backward(r.segments) {
		r.serial = max(r.serial, s.serial)
		if r.highest > 0 {
			break
		}
		end, err := readSegment(r.root, place{serial: s.serial}, func(b block) error {
			r.highest, r.missed, r.run = max(r.highest, b.highest), b.missed, b.run+1
			return nil
		})
		if err != nil && !slices.ContainsFunc([]error{errBlock, errSegment, errAgain, fs.ErrNotExist}, func(e error) bool { return errors.Is(err, e) }) {
			return err
		}
		if i == len(r.segments)-1 && end > 0 {
			if r.file, err = r.root.OpenFile(segmentName(s.serial), os.O_WRONLY|nonblock, 0); err != nil {
				return err
			}
			r.filled, r.length = end, s.size
		}
	}
	if r.file != nil {
		r.segments = r.segments[:len(r.segments)-1]
	}
	return nil
}

// readSegment gives the blocks of a segment from a place on, and returns where the last
// one ends.
func readSegment(root *os.Root, from place, give func(block) error) (int64, error) {
	f, err := root.OpenFile(segmentName(from.serial), os.O_RDONLY|nonblock, 0)
	if err != nil {
		return from.end, err
	}
	defer f.Close() // it was only read
	return readBlocks(f, from, give)
}

// streamMost is how much is kept of one direction of a stream: one that talks
// without end does not drive all else out.
func (r *ring) streamMost() int64 { return r.size / 4 }

// close ends the writing, and leaves the ring to others.
func (r *ring) close() error {
	var err error
	if r.file != nil {
		err = r.file.Close()
	}
	return errors.Join(err, r.root.Close(), r.lock.Close())
}
