package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/har"
)

// A record writes what mocks and other servers answered into a file, which is
// a whole HTTP Archive at any time: a new one takes the place of the old in one
// step, about once a second, and one that is killed leaves the last whole one.
type record struct {
	path string // absolute
	site *Site
	wake chan struct{} // has room for one: there is something to be written

	mu      sync.Mutex // guards what follows
	pending []byte     // entries that are not written yet
	count   int        // of all entries
	size    int64      // of the file up to where the next entry goes
	full    bool
	paths   []string
}

const (
	recordPause   = time.Second // between two times that the file is written
	mostPending   = 4 << 20     // bytes that wait to be written
	mostRecorded  = 64 << 20    // bytes of a recording; it must be possible to answer from it
	recordTail    = "\n]}}\n"
	recordVersion = "1" // of what limen adds to the archive
)

// errNoHAR is why a file cannot be recorded to. Pages are not loaded anew when
// such a file changes, which it does because they are loaded.
var errNoHAR = errors.New("its name does not end in .har, by which browsers and limen know such a file")

// openRecord begins a recording. A file that is there is somebody's, and stays.
func openRecord(typed string, paths []string, s *Site) (*record, error) {
	cannot := func(err error) error {
		e := &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot record to %q", typed), Why: err.Error(), Next: "name a file in a folder that you may write to"}
		switch {
		case errors.Is(err, fs.ErrExist):
			e.Kind, e.Why, e.Next = limen.Busy, "there is such a file already", "name another one, or move it away; limen serve --replay answers from it"
		case errors.Is(err, fs.ErrNotExist):
			e.Kind, e.Why = limen.NotFound, "there is no such folder"
		case errors.Is(err, fs.ErrPermission):
			e.Kind, e.Why = limen.Denied, "you may not write there"
		}
		return e
	}
	if filepath.Ext(typed) != ".har" {
		return nil, cannot(errNoHAR)
	}
	path, err := filepath.Abs(typed)
	if err != nil {
		return nil, cannot(err)
	}
	c := &record{path: path, site: s, wake: make(chan struct{}, 1), paths: paths}
	head, err := c.head()
	if err != nil {
		return nil, cannot(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, cannot(err)
	}
	c.size = int64(len(head))
	_, err = f.Write(append(head, recordTail...))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, cannot(err)
	}
	return c, nil
}

// head is the archive up to its first entry.
func (c *record) head() ([]byte, error) {
	b, err := json.Marshal(map[string]har.Log{"log": {Version: har.Version, Creator: har.Creator{Name: "limen", Version: recordVersion}, Paths: c.paths, Entries: []har.Entry{}}})
	return bytes.TrimSuffix(b, []byte("]}}")), err
}

// of records what a handler answers. It is fine on nil, which records nothing.
func (c *record) of(h http.Handler) http.Handler {
	if c == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked keptBody
		began := c.site.now()
		answered := began
		answer := &capture{ResponseWriter: w, first: func() { answered = c.site.now() }}
		copied := *r
		if r.Body != nil && r.Body != http.NoBody {
			copied.Body = keeping{r.Body, &asked}
		}
		defer func() { // an answer that was cut is recorded, too
			if answer.status > 0 {
				c.add(entryOf(r, &asked, answer, began, answered.Sub(began), c.site.now().Sub(began)))
			}
		}()
		h.ServeHTTP(answer, &copied)
	})
}

// add puts an entry to those that wait to be written.
func (c *record) add(e har.Entry) {
	b, err := json.Marshal(e)
	if err != nil {
		return // it is made of texts and numbers, so there is none
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.full {
		return
	}
	if c.size+int64(len(c.pending)+len(b)) > mostRecorded {
		c.full = true
		c.site.notice(limen.Notice{
			What: "nothing more is recorded", Why: fmt.Sprintf("the recording has %d MiB, and larger ones cannot be answered from", mostRecorded>>20), Next: "begin another one",
		})
		return
	}
	if c.count > 0 {
		c.pending = append(c.pending, ',')
	}
	c.pending = append(append(c.pending, '\n'), b...)
	c.count++
	if len(c.pending) > mostPending {
		c.publish()
		return
	}
	select {
	case c.wake <- struct{}{}:
	default: // somebody knows already
	}
}

// keep writes what comes, until ctx ends.
func (c *record) keep(ctx context.Context) {
	pause := time.NewTimer(recordPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		c.flush()
		pause.Reset(recordPause)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// keepRecord writes what is recorded, until ctx ends.
func (s *Site) keepRecord(ctx context.Context) {
	if s.beside != nil && s.beside.record != nil {
		s.beside.record.keep(ctx)
	}
}

// Close writes what is not written yet. A recording of nothing is taken away
// again: nobody would miss it, and the next one may have its name.
func (c *record) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if info, err := os.Stat(c.path); c.count == 0 && err == nil && info.Size() == c.size+int64(len(recordTail)) {
		return os.Remove(c.path)
	}
	return c.publish()
}

func (c *record) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.publish()
}

// publish puts a new file in the place of the old one, with what came since.
// The lock is held.
func (c *record) publish() error {
	if len(c.pending) == 0 {
		return nil
	}
	size, err := c.write()
	if err != nil {
		if !c.full {
			c.full = true // once is enough
			c.site.notice(limen.Notice{What: "nothing more is recorded", Why: err.Error(), Next: "what was recorded before is in " + c.path})
		}
		return err
	}
	c.size, c.pending = size, nil
	return nil
}

// write makes the new file beside the old one. Its name begins with a dot, so
// that nobody sees it who looks at the folder while it is served.
func (c *record) write() (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(c.path), ".limen-*.har") // with mode 0600
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err = c.fill(f); err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = io.WriteString(f, recordTail)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	return size, os.Rename(f.Name(), c.path)
}

// fill writes all entries. Those that were written before come from the old
// file; where somebody has taken it away, or put another one there, what is new
// begins a new one.
func (c *record) fill(f *os.File) error {
	old, err := os.Open(c.path)
	if err == nil {
		defer old.Close()
		if info, statErr := old.Stat(); statErr == nil && info.Size() == c.size+int64(len(recordTail)) {
			if _, err := io.CopyN(f, old, c.size); err != nil {
				return err
			}
			_, err = f.Write(c.pending)
			return err
		}
	}
	head, err := c.head()
	if err != nil {
		return err
	}
	_, err = f.Write(append(head, strings.TrimPrefix(string(c.pending), ",")...))
	return err
}

// isAt reports whether a path of a request is that of the recording.
func (c *record) isAt(root, asked string) bool {
	return c != nil && filepath.Join(root, filepath.FromSlash(asked)) == c.path
}
