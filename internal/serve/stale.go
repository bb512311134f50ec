package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/limenhq/limen"
)

const (
	mostReport = 256 << 10 // bytes of a report
	mostRuns   = 512       // files in it
)

// A run is a file that a page says it runs. Everything of it is foreign.
type run struct {
	URL string  `json:"url"`          // its path, with its query
	Tag *string `json:"tag"`          // of what the page got; "" if it had none, nil if nobody knows
	As  string  `json:"as,omitempty"` // "document" for the page itself
	By  string  `json:"by,omitempty"` // whom it came from: "worker", "cache", or nobody special
}

// A report is what a page says.
type report struct {
	Loaded bool  `json:"loaded,omitempty"` // it was loaded just now, so all of it should be new
	Runs   []run `json:"runs"`
}

// A stale is a file that is another one by now than what a page runs.
type stale struct {
	URL string `json:"url"`
	Tag string `json:"tag"` // of what is there now; empty if nothing is
}

// errReport means that a report is none.
var errReport = errors.New(`a report is as {"runs": [{"url": "/style.css", "tag": "1a2b"}]}`)

// parseReport reads what a page says it runs.
func parseReport(from io.Reader) (report, error) {
	var rep report
	text, err := io.ReadAll(io.LimitReader(from, mostReport+1))
	if err != nil {
		return rep, err
	}
	if len(text) > mostReport || json.Unmarshal(text, &rep) != nil {
		return report{}, errReport
	}
	rep.Runs = rep.Runs[:min(len(rep.Runs), mostRuns)]
	return rep, nil
}

// serveStale tells a page what of the things that it runs is no longer what is
// there. A page asks when it was loaded, when something changed, and when it
// was out of reach for a while, be it that the server was.
func (s *Site) serveStale(w http.ResponseWriter, r *http.Request) {
	if !s.isForOwnPage(w, r) {
		return
	}
	rep, err := parseReport(r.Body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), "")
		return
	}
	answer := struct {
		Stale []stale `json:"stale"`
	}{[]stale{}}
	for _, one := range rep.Runs {
		tag, ok := s.tagFor(r, one)
		if !ok || one.Tag == nil || *one.Tag == tag {
			continue
		}
		answer.Stale = append(answer.Stale, stale{one.URL, tag})
		if rep.Loaded {
			s.noticeStale(r, one, tag)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_ = json.NewEncoder(w).Encode(answer) // who does not read it is gone
}

// tagFor is the tag of what a page would get now for something that it runs.
func (s *Site) tagFor(r *http.Request, one run) (tag string, ok bool) {
	dest := "empty"
	if one.As == "document" {
		dest = "document"
	}
	inner, err := s.requestFor(r, http.MethodHead, one.URL, dest)
	if err != nil || !areServable(inner.URL.Path) {
		return "", false
	}
	a := answer{http.Header{}}
	i := &injector{ResponseWriter: a, site: s, request: inner, bare: true}
	s.reloader.inner.ServeHTTP(i, inner)
	i.finish()
	if lines := a.header["Etag"]; len(lines) == 1 {
		tag, _ = bareTag(lines[0])
	}
	return tag, true
}

// An answer is nothing but its header.
type answer struct{ header http.Header }

func (a answer) Header() http.Header         { return a.header }
func (a answer) WriteHeader(int)             {}
func (a answer) Write(b []byte) (int, error) { return len(b), nil }

// A holder is whatever gave a page an old version of a file.
type holder struct{ by, why, next string }

// holders are those that ask nobody whether it is old.
var holders = []holder{
	{"worker", "a service worker of this origin holds it", "unregister the worker, in the developer tools below Application, or let it ask the network first"},
	{"cache", "the browser's cache holds it, and was told to ask nobody", "reload the page without the cache, and serve with --cache check"},
}

// noticeStale says once that a browser runs an old version of a file.
func (s *Site) noticeStale(r *http.Request, one run, tag string) {
	for _, h := range holders {
		if h.by == one.By && s.reloader.isFirst("stale "+agent(r)+one.URL+" "+tag) {
			s.notice(limen.Notice{
				What: fmt.Sprintf("%s in %s is older than on disk", bounded(strings.TrimPrefix(one.URL, "/"), mostText), agent(r)),
				Why:  h.why,
				Next: h.next,
			})
		}
	}
}

// browsers are what browsers call themselves, and are called. All but Firefox
// claim to be Chrome or Safari too, so those come last.
var browsers = []struct{ token, name string }{
	{"Firefox/", "Firefox"},
	{"Edg/", "Edge"},
	{"OPR/", "Opera"},
	{"Chrome/", "Chrome"},
	{"Safari/", "Safari"},
}

// agent is the name of the browser that asks.
func agent(r *http.Request) string {
	for _, b := range browsers {
		if strings.Contains(r.UserAgent(), b.token) {
			return b.name
		}
	}
	return "a browser"
}
