package serve

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"os"
)

// A listing is a folder on its way to somebody who asked what is in it. It is
// sent while it is read: of a folder with 100,000 entries only their names are
// held, and what the disk says of each is asked when its row is due.
type listing struct {
	site   *Site
	dir    dir
	wish   wish
	names  *os.File
	looker *looker

	left   leftOut
	shown  int
	notes  []string // why it is not what was wished for, or not all
	readme string   // the name of the file that says what the folder is; empty for none
}

const (
	// mostSorted is how many entries are sorted together. A folder with more is
	// sorted by parts, so that it takes no more memory than this many names.
	mostSorted = 200_000

	// oneRead is how many names are read at once.
	oneRead = 512

	// firstRows is how many rows are sent at once, however many are to come:
	// about as many as a screen has.
	firstRows = 64
)

// list answers with what lies in a folder.
func (s *Site) list(w http.ResponseWriter, r *http.Request, d dir) {
	wish, err := parseWish(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), "")
		return
	}
	if wish.archive != "" {
		s.archive(w, r, d, archiveFormat(wish.archive))
		return
	}
	shape := shapeFor(r.Header["Accept"])
	looker, err := openLooker(s.root.current(), d.name)
	if err != nil {
		s.without(w, r, d.name, err)
		return
	}
	defer looker.Close()
	names, err := namesOf(d.file)
	if err != nil {
		s.without(w, r, d.name, err)
		return
	}
	defer names.Close()
	shape.announce(w.Header())
	if r.Method == http.MethodHead {
		return
	}
	l := &listing{site: s, dir: d, wish: wish, names: names, looker: looker}
	l.send(r.Context(), w, shape)
}

// send writes the listing in a shape. The first rows leave before the others
// are looked at.
func (l *listing) send(ctx context.Context, w http.ResponseWriter, shape shape) {
	out := bufio.NewWriterSize(w, 32<<10)
	form := shape.form(out)
	form.head(l)
	for e := range l.entries(ctx) {
		form.row(e)
		if l.shown++; l.shown == firstRows {
			out.Flush()
			http.NewResponseController(w).Flush() // who cannot flush sends all at its end
		}
	}
	form.foot(l)
	out.Flush() // who does not read it is gone
}

// entries goes through what is to be shown, in order, and counts what is not.
func (l *listing) entries(ctx context.Context) iter.Seq[entry] {
	if len(l.wish.search) > 0 {
		return l.found(ctx)
	}
	return func(yield func(entry) bool) {
		most := mostSorted
		if l.wish.order.compare == nil {
			most = oneRead
		}
		for part := 1; ctx.Err() == nil; part++ {
			block, err := l.read(most)
			if part == 2 && l.wish.order.compare != nil && len(block) > 0 {
				l.notes = append(l.notes, "more than 200,000 entries: they are sorted by parts of that size")
			}
			if !l.yieldSorted(ctx, block, yield) {
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					l.notes = append(l.notes, "the folder could not be read to its end")
				}
				return
			}
		}
	}
}

// yieldSorted sorts one block of entries and passes each on. The first ones are
// picked out before the others are sorted.
func (l *listing) yieldSorted(ctx context.Context, block []entry, yield func(entry) bool) bool {
	if l.wish.order.needs {
		for i := range block {
			l.looker.look(&block[i]) // what cannot be looked at is counted when its turn comes
		}
	}
	first := l.wish.first(block, firstRows)
	if !l.yieldAll(ctx, first, yield) {
		return false
	}
	l.wish.sort(block)
	return l.yieldAll(ctx, block[len(first):], yield)
}

// yieldAll looks at entries, and passes on those that are there.
func (l *listing) yieldAll(ctx context.Context, block []entry, yield func(entry) bool) bool {
	for _, e := range block {
		if ctx.Err() != nil {
			return false // whoever asked is gone
		}
		err := l.looker.look(&e)
		switch {
		case errors.Is(err, fs.ErrPermission):
			l.left.Unread++
			continue
		case err != nil:
			continue // it is gone
		}
		if !yield(e) {
			return false
		}
	}
	return true
}

// read reads entries of the folder, not many more than most. At the end of the
// folder it returns io.EOF beside the last ones.
func (l *listing) read(most int) ([]entry, error) {
	var block []entry
	for len(block) < most {
		batch, err := l.names.ReadDir(oneRead)
		for _, d := range batch {
			if e, ok := l.entryOf(d); ok {
				block = append(block, e)
			}
		}
		if err != nil {
			return block, err
		}
	}
	return block, nil
}

// entryOf is what the folder itself says of an entry; it reports false for one
// that has no row.
func (l *listing) entryOf(d os.DirEntry) (entry, bool) {
	name := d.Name()
	if !isShown(name) {
		l.left.count(name)
		return entry{}, false
	}
	if isReadme(name) {
		l.readme = cmp.Or(l.readme, name)
	}
	return entry{name: name, kind: kindOf(d.Type())}, true
}
