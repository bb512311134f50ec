package serve

import (
	"html"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// missing answers where nothing is that could: with the index of an
// application that has its own addresses, with the site's own page for it, or
// with what may have been meant.
func (s *Site) missing(w http.ResponseWriter, r *http.Request) {
	switch {
	case isWorker(r):
		s.dismiss(w, r)
	case s.config.SPA && isOfApplication(r) && s.answerWith(w, r, "index.html"):
	case s.answerMissing(w, r):
	default:
		s.teach(w, r)
	}
}

// isOfApplication reports whether an address can be one that the script of a
// page knows and the folder does not: a page is asked for, and no file.
func isOfApplication(r *http.Request) bool {
	ending := path.Ext(r.URL.Path)
	return isNavigation(r) && (ending == "" || ending == ".html" || strings.Trim(ending[1:], "0123456789") == "")
}

// answerMissing answers with the site's own page, 404.html, if it has one.
func (s *Site) answerMissing(w http.ResponseWriter, r *http.Request) bool {
	return s.answerWith(&missingWriter{ResponseWriter: w}, withoutConditions(r), "404.html")
}

// withoutConditions returns a request for all of an answer, whatever the client
// has already: conditions and ranges are about what it asked for, and that is
// not here.
func withoutConditions(r *http.Request) *http.Request {
	c := *r
	c.Header = r.Header.Clone()
	for _, name := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"} {
		c.Header.Del(name)
	}
	return &c
}

// A missingWriter answers 404 with what would be a good answer elsewhere.
type missingWriter struct{ http.ResponseWriter }

func (w *missingWriter) WriteHeader(status int) {
	if status == http.StatusOK {
		status = http.StatusNotFound
		for _, name := range []string{"Etag", "Last-Modified", "Accept-Ranges"} {
			w.Header().Del(name) // they would be taken for those of the address
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *missingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ReadFrom keeps the way open for the kernel to send the file.
func (w *missingWriter) ReadFrom(from io.Reader) (int64, error) {
	return io.Copy(w.ResponseWriter, from)
}

// teach says that nothing is here, and what may have been meant.
func (s *Site) teach(w http.ResponseWriter, r *http.Request) {
	hints := s.hints(r.URL.Path)
	text, contentType := plainLesson(hints), "text/plain; charset=utf-8"
	h := w.Header()
	if isNavigation(r) {
		text, contentType = pageLesson(hints), "text/html; charset=utf-8"
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"+ownScripts)
	}
	h["Content-Type"] = []string{contentType}
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = []string{"no-store"}
	h["Vary"] = byReader
	h["Content-Length"] = []string{strconv.Itoa(len(text))}
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		io.WriteString(w, text) // who does not read it is gone
	}
}

// ownScripts lets limen's own pages load the script that reloads them: a file
// that appears makes the page that missed it a good one.
const ownScripts = "; script-src 'self'; connect-src 'self'"

func plainLesson(hints []hint) string {
	var b strings.Builder
	b.WriteString("not found: nothing in this folder has this name\n")
	for _, h := range hints {
		b.WriteString("next: " + h.why)
		if h.path != "" {
			b.WriteString(": " + h.href())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func pageLesson(hints []hint) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>not found</title>\n" +
		"<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>\n" +
		"<h1>Not found</h1>\n<p>Nothing in this folder has this name.</p>\n")
	if len(hints) > 0 {
		b.WriteString("<ul>\n")
		for _, h := range hints {
			b.WriteString("<li>" + html.EscapeString(h.why))
			if h.path != "" {
				b.WriteString(`: <a href="` + html.EscapeString(h.href()) + `">` + html.EscapeString(h.path) + "</a>")
			}
			b.WriteString("</li>\n")
		}
		b.WriteString("</ul>\n")
	}
	return b.String()
}
