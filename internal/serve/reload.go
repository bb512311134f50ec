package serve

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	mostReaders = 256              // pages that are told of changes at a time
	mostTold    = 1024             // notices that are remembered, so that each is given once
	pulse       = 25 * time.Second // after which a page that is told nothing hears that it is still connected
)

// A reloader tells pages of changes. It watches nothing until a page wants it.
type reloader struct {
	wanted  chan struct{} // closed when the first page wants to be told
	watched chan struct{} // closed when no change escapes any more
	inner   http.Handler  // what answers requests without the snippet

	mu      sync.Mutex // guards what follows
	readers map[*reader]bool
	told    map[string]bool
}

// A reader is a page that is told of changes. What it has not been told yet
// becomes one change, however slow it reads.
type reader struct {
	news chan change // has room for one
}

func newReloader() *reloader {
	return &reloader{wanted: make(chan struct{}), watched: make(chan struct{}), readers: map[*reader]bool{}, told: map[string]bool{}}
}

// keepFresh watches the folder until ctx ends, from when the first page wants
// to be told of changes.
func (s *Site) keepFresh(ctx context.Context) {
	if s.reloader == nil {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-s.reloader.wanted:
	}
	w := &watch{root: s.root.path, notice: s.notice}
	w.run(ctx, func() { close(s.reloader.watched) }, s.reloader.tell)
}

// join adds a reader, unless there are too many.
func (l *reloader) join() (*reader, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.readers) >= mostReaders {
		return nil, false
	}
	select {
	case <-l.wanted:
	default:
		close(l.wanted)
	}
	r := &reader{news: make(chan change, 1)}
	l.readers[r] = true
	return r, true
}

func (l *reloader) leave(r *reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.readers, r)
}

// tell tells all pages of a change. It waits for none of them.
func (l *reloader) tell(c change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r := range l.readers {
		select {
		case earlier := <-r.news:
			r.news <- earlier.and(c) // there is room: only tell, under the lock, puts anything there
		default:
			r.news <- c
		}
	}
}

// and is both changes as one.
func (c change) and(other change) change {
	both := burst{more: c.More || other.More}
	for _, path := range append(c.Paths[:len(c.Paths):len(c.Paths)], other.Paths...) {
		both.name(path)
	}
	return both.take()
}

// isFirst reports whether something is asked about for the first time. What
// was asked long ago is forgotten.
func (l *reloader) isFirst(what string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told[what] {
		return false
	}
	if len(l.told) >= mostTold {
		clear(l.told)
	}
	l.told[what] = true
	return true
}

// serveReload tells a page of changes as they happen, as server-sent events
// (HTML, 9.2). The first event, "ready", says that nothing escapes from now on:
// what changed before, the page asks for.
func (s *Site) serveReload(w http.ResponseWriter, r *http.Request) {
	if !s.isForOwnPage(w, r) {
		return
	}
	reader, ok := s.reloader.join()
	if !ok {
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusServiceUnavailable, "too many pages wait for changes", "close some of them")
		return
	}
	defer s.reloader.leave(reader)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	out := events{w, http.NewResponseController(w)}
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	watched := s.reloader.watched
	err := out.comment()
	for err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-watched:
			watched = nil
			err = out.event("ready", change{})
		case c := <-reader.news:
			err = out.event("change", c)
		case <-beat.C:
			err = out.comment()
		}
	}
}

// events are written to a page.
type events struct {
	w       io.Writer
	control *http.ResponseController
}

func (e events) event(name string, c change) error {
	data, err := json.Marshal(c) // writes no line breaks, which would end the event
	if err != nil {
		return err
	}
	if _, err := io.WriteString(e.w, "event: "+name+"\ndata: "+string(data)+"\n\n"); err != nil {
		return err
	}
	return e.control.Flush()
}

// comment says nothing, and that somebody is there.
func (e events) comment() error {
	if _, err := io.WriteString(e.w, ":\n\n"); err != nil {
		return err
	}
	return e.control.Flush()
}

// isForOwnPage reports whether a page of this very origin asks for what is only
// meant for such: the gate lets pages of neighbours through, at another port of
// the same host. It answers all others.
func (s *Site) isForOwnPage(w http.ResponseWriter, r *http.Request) bool {
	if s.reloader == nil {
		refuse(w, http.StatusNotFound, "pages are not told of changes here", "")
		return false
	}
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" {
		refuse(w, http.StatusForbidden, "only pages of this origin are told of changes", "")
		return false
	}
	return true
}
