package serve

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Header values that nearly every answer has. Nobody changes them: whoever
// sets a header puts another slice in its place.
var (
	noSniff    = []string{"nosniff"}
	inBytes    = []string{"bytes"}
	byEncoding = []string{"Accept-Encoding"}
	byReader   = []string{"Accept-Encoding, Sec-Fetch-Dest, Sec-Fetch-Mode, Accept"} // of what pages get with a script in them, and scripts without
)

// live is the shape of a page with the script in it that reloads it.
const live = "live"

// A file that changes while it is read is read anew, so often and after such
// a pause. So is one that changed just before: many programs empty a file before
// they write it, and what is there in between is nobody's page.
const (
	mostTries = 5
	pause     = 4 * time.Millisecond
	fresh     = 8 * time.Millisecond // twice the tick that files are stamped with on Linux (CONFIG_HZ=250)
)

// send answers with the bytes of a file, or with as many of them as the
// request wants.
func (s *Site) send(w http.ResponseWriter, r *http.Request, p page) {
	for try := 1; ; try++ {
		p.isLast = try == mostTries
		if p.isLast || s.age(p) >= fresh {
			if err := s.sendNow(w, r, p); err == nil {
				return
			}
			forget(w.Header())
		}
		if p.isLast {
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusServiceUnavailable, "somebody writes this file all the time", "try again in a moment")
			return
		}
		if !wait(r, pause) {
			return
		}
		file, info, err := s.root.open(p.name)
		if err != nil {
			s.without(w, r, p.name, err)
			return
		}
		defer file.Close() // a few at most
		if !info.Mode().IsRegular() {
			s.missing(w, r)
			return
		}
		p.file, p.info = file, info
	}
}

// aboutFile are the headers that say something about one version of a file.
var aboutFile = []string{
	"Accept-Ranges", "Cache-Control", "Content-Encoding", "Content-Length", "Content-Range", "Content-Type", "Etag", "Last-Modified", "Vary",
}

// forget takes back what was said about a version that is no more.
func forget(h http.Header) {
	for _, name := range aboutFile {
		delete(h, name)
	}
}

// wait lets some time pass, and reports whether somebody still waits for the
// answer then.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// sendNow answers with the version of a file that is open. It fails if that
// changed before anything was sent.
func (s *Site) sendNow(w http.ResponseWriter, r *http.Request, p page) error {
	contentType := typeOf(p.name, func() []byte { return firstBytes(p.file) })
	h := w.Header()
	h["Content-Type"] = []string{contentType}
	h["X-Content-Type-Options"] = noSniff
	s.setCache(h, p.name)
	if s.injects(r, contentType) {
		h["Vary"] = byReader
		return s.sendVersion(w, r, p, versionOf(p.file, p.info).as(live))
	}
	if isCompressible(contentType) {
		h["Vary"] = byEncoding
		if s.config.Reload && isHTML(contentType) {
			h["Vary"] = byReader
		}
		if c, ok := s.sidecarOf(p, r.Header); ok {
			defer c.file.Close()
			h["Content-Encoding"] = []string{c.coding.name}
			p.file, p.info = c.file, c.info
		}
	}
	return s.sendVersion(w, r, p, versionOf(p.file, p.info))
}

// injects reports whether the answer to a request gets a script that reloads
// it. Such an answer has a tag of its own, no ranges, and is not compressed
// beforehand.
func (s *Site) injects(r *http.Request, contentType string) bool {
	return s.config.Reload && isHTML(contentType) && isNavigation(r)
}

// firstBytes are as many as it takes to see what a file is: the MIME Sniffing
// Standard reads no more (5.2), and nor does net/http.
func firstBytes(f *os.File) []byte {
	b := make([]byte, 512)
	n, _ := f.ReadAt(b, 0) // what cannot be read is not there to be seen
	return b[:n]
}

// sendVersion answers with one version of a file, once its headers are set
// that are the same for all versions.
func (s *Site) sendVersion(w http.ResponseWriter, r *http.Request, p page, v version) error {
	h := w.Header()
	h["Etag"] = []string{v.tag}
	h["Last-Modified"] = []string{v.modified.UTC().Format(http.TimeFormat)}
	switch v.precondition(r) {
	case http.StatusNotModified:
		delete(h, "Content-Type")
		delete(h, "Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	case http.StatusPreconditionFailed:
		delete(h, "Content-Encoding")
		refuse(w, http.StatusPreconditionFailed, "the file is another than the request wants", "ask without its condition")
		return nil
	}
	size := p.info.Size()
	spans, err := s.spansOf(w, r, v, size)
	switch {
	case err != nil:
		delete(h, "Content-Encoding")
		h["Content-Range"] = []string{"bytes */" + strconv.FormatInt(size, 10)}
		refuse(w, http.StatusRequestedRangeNotSatisfiable, "the file has no such bytes", "it has "+strconv.FormatInt(size, 10))
		return nil
	case len(spans) == 0:
		return s.sendSpan(w, r, p, span{0, size}, http.StatusOK)
	case len(spans) == 1:
		h["Content-Range"] = []string{spans[0].contentRange(size)}
		return s.sendSpan(w, r, p, spans[0], http.StatusPartialContent)
	}
	return s.sendSpans(w, p, spans)
}

// spansOf are the parts of a file that a request wants; none for all of it.
func (s *Site) spansOf(w http.ResponseWriter, r *http.Request, v version, size int64) ([]span, error) {
	h := w.Header()
	if s.injects(r, contentTypeOf(h)) {
		return nil, nil // there are no ranges of what is made while it is sent
	}
	h["Accept-Ranges"] = inBytes
	lines := r.Header["Range"]
	if len(lines) != 1 || r.Method != http.MethodGet || !v.allowsRange(r, s.now()) {
		return nil, nil
	}
	return parseRange(lines[0], size)
}

// contentTypeOf is the type an answer has so far.
func contentTypeOf(h http.Header) string {
	if lines := h["Content-Type"]; len(lines) > 0 {
		return lines[0]
	}
	return ""
}

// errChanged means that a file changed while it was read.
var errChanged = errors.New("the file changed while it was read")
