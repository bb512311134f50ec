package serve

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// snippet is what a page gets that keeps itself fresh: a script of the same
// origin, which most policies allow. It stands before all of the page's own, so
// a policy inside of the page comes too late for it, and nothing has changed
// the page when it runs. It has an even length for the sake of pages in UTF-16.
const snippet = `<script src="` + ownPath + `reload.js"></script>` + "\n"

// inject puts the snippet into pages that a browser shows. What scripts fetch
// is left as it is: a part of a page, a template, a text that is compared.
func (s *Site) inject(next http.Handler) http.Handler {
	if s.reloader == nil {
		return next
	}
	s.reloader.inner = next
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Dest") == "" && !isNavigation(r) {
			next.ServeHTTP(w, r) // no page asks
			return
		}
		i := &injector{ResponseWriter: w, site: s, request: r}
		next.ServeHTTP(i, r)
		i.finish()
	})
}

// An injector puts the snippet into a page while it is sent, and tells pages
// which version of a file they get. It holds back two bytes at most.
type injector struct {
	http.ResponseWriter

	site    *Site
	request *http.Request
	bare    bool // all but the snippet itself
	begun   bool
	waits   bool // for the place of the snippet
	place   placer
}

// WriteHeader decides whether the answer gets the snippet. That makes its
// length known before its first byte, so HEAD says what GET would.
func (i *injector) WriteHeader(status int) {
	if i.begun || status < 200 { // what begins with 1 is not the answer yet (RFC 9110, 15.2)
		i.ResponseWriter.WriteHeader(status)
		return
	}
	i.begun = true
	h := i.Header()
	if i.isPage(status, h) {
		revise(h, "Etag", liveTag)
		delete(h, "Accept-Ranges") // there are none of what is made while it is sent
		if !i.bare {
			i.waits = i.request.Method != http.MethodHead
			revise(h, "Content-Length", longer)
			i.site.noticePolicy(i.request, h)
		}
	}
	nameVersion(h)
	i.ResponseWriter.WriteHeader(status)
}

// isPage reports whether an answer is a whole page that can be changed.
func (i *injector) isPage(status int, h http.Header) bool {
	contentType := contentTypeOf(h)
	return (status == http.StatusOK || status == http.StatusNotFound) && i.site.injects(i.request, contentType) &&
		len(h["Content-Encoding"]) == 0 && len(h["Content-Range"]) == 0 &&
		len(h["Content-Disposition"]) == 0 && // such a page is saved, and not shown
		!strings.Contains(strings.ToLower(contentType), "utf-16")
}

// revise changes a header that has one value.
func revise(h http.Header, name string, to func(string) string) {
	if lines := h[name]; len(lines) == 1 {
		h[name] = []string{to(lines[0])}
	}
}

// liveTag is the tag of a page with the snippet in it. Files come with theirs.
func liveTag(tag string) string {
	if open, ok := strings.CutSuffix(tag, `"`); ok && !strings.HasSuffix(open, "-"+live) {
		return open + "-" + live + `"`
	}
	return tag
}

// longer is the length of a page with the snippet in it.
func longer(length string) string {
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil {
		return length
	}
	return strconv.FormatInt(n+int64(len(snippet)), 10)
}

func (i *injector) Write(b []byte) (int, error) {
	if !i.begun {
		i.WriteHeader(http.StatusOK)
	}
	if !i.waits {
		return i.ResponseWriter.Write(b)
	}
	before, after, found := i.place.split(b)
	i.waits = !found
	if !found {
		return len(b), i.send(before)
	}
	return len(b), i.send(before, []byte(snippet), after)
}

func (i *injector) send(parts ...[]byte) error {
	for _, part := range parts {
		if len(part) == 0 {
			continue
		}
		if _, err := i.ResponseWriter.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// ReadFrom keeps the way open for the kernel to send all that comes after the
// snippet.
func (i *injector) ReadFrom(from io.Reader) (n int64, err error) {
	if !i.begun {
		i.WriteHeader(http.StatusOK)
	}
	beginning := make([]byte, 512)
	for i.waits {
		read, err := from.Read(beginning)
		n += int64(read)
		if _, err := i.Write(beginning[:read]); err != nil {
			return n, err
		}
		switch {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, err
		}
	}
	rest, err := io.Copy(i.ResponseWriter, from)
	return n + rest, err
}

// finish sends what was held back, once the answer is complete. The client no
// longer counts on more if that fails.
func (i *injector) finish() {
	if !i.begun && i.request.Method == http.MethodHead { // a handler may leave it at headers
		i.WriteHeader(http.StatusOK)
	}
	if i.waits {
		_ = i.send(i.place.end())
	}
}

// Unwrap lets http.ResponseController reach what can flush and be taken over.
func (i *injector) Unwrap() http.ResponseWriter { return i.ResponseWriter }

// Flush sends what was written so far, for those who ask a writer and not a
// controller.
func (i *injector) Flush() {
	// What cannot be flushed goes out when it is complete.
	_ = http.NewResponseController(i.ResponseWriter).Flush()
}

// timing is the name under which pages find the version of what they got
// among their performance entries (W3C Server Timing, 2).
const timing = "limen"

// nameVersion tells a page in Server-Timing what a browser hides from it: the
// tag of what it got, from wherever it got it.
func nameVersion(h http.Header) {
	lines := h["Etag"]
	if len(lines) != 1 {
		return
	}
	tag, ok := bareTag(lines[0])
	if ok {
		h.Add("Server-Timing", timing+`;desc="`+tag+`"`)
	}
}

// bareTag is a strong tag without its quotes, if nothing in it would have to
// be quoted again.
func bareTag(tag string) (string, bool) {
	if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' || strings.ContainsAny(tag[1:len(tag)-1], "\"\\,;") {
		return "", false
	}
	return tag[1 : len(tag)-1], true
}
