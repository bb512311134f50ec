package serve

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// A heading is a path of _headers with the headers below it.
type heading struct {
	line  int
	path  pattern
	lines []header
}

// A header is one line of it.
type header struct {
	name, value string
	removed     bool // "! Name": whoever set it, it is not sent
}

// unsettable are headers that limen sets itself, because they say what it
// sends, and how.
var unsettable = []string{
	"Accept-Ranges", "Age", "Allow", "Alt-Svc", "Connection", "Content-Encoding", "Content-Length", "Content-Range", "Date", "Etag",
	"Last-Modified", "Location", "Server", "Trailer", "Transfer-Encoding", "Upgrade",
}

// parseHeaders reads _headers, in the form of Netlify and Cloudflare Pages: a
// path at the beginning of a line, and below it, indented, its headers. Lines
// with a mistake are left out.
func parseHeaders(file, text string) (all []heading, wrong []mistake) {
	inPath := false // the last path was one that can be used
	var orphaned bool
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		rest := strings.TrimSpace(line)
		if rest == "" || strings.HasPrefix(rest, "#") {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			if len(all) == mostRules {
				return all, append(wrong, mistake{file, i + 1, fmt.Sprintf("only %d paths are used", mostRules), "let one path with a star do the work of many"})
			}
			p, err := parsePattern(rest)
			if inPath = err == nil; inPath {
				all = append(all, heading{line: i + 1, path: p})
			} else {
				wrong = append(wrong, mistake{file, i + 1, fmt.Sprintf("%q is no path: %v", rest, err), "write a path such as /assets/*, and its headers below it, indented by two spaces"})
			}
			orphaned = !inPath
			continue
		}
		h, why := parseHeaderLine(rest)
		switch {
		case orphaned: // the mistake was told with its path
		case !inPath:
			wrong = append(wrong, mistake{file, i + 1, "a header stands before any path", "put a path such as /* above it, at the beginning of a line"})
		case why != "":
			wrong = append(wrong, mistake{file, i + 1, why, "write it as Name: value"})
		default:
			last := &all[len(all)-1]
			last.lines = append(last.lines, h)
		}
	}
	return all, wrong
}

// parseHeaderLine reads one header.
func parseHeaderLine(line string) (h header, why string) {
	name, removed := strings.CutPrefix(line, "!")
	value := ""
	if !removed {
		var ok bool
		if name, value, ok = strings.Cut(line, ":"); !ok {
			return h, fmt.Sprintf("%q has no colon", line)
		}
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !isToken(name):
		return h, fmt.Sprintf("%q is no name of a header", name)
	case strings.ContainsFunc(value, isControl):
		return h, fmt.Sprintf("the value of %s has a control character in it", name)
	}
	name = http.CanonicalHeaderKey(name)
	if slices.Contains(unsettable, name) {
		return h, name + " says what limen sends, and only limen knows that"
	}
	return header{name, value, removed}, ""
}

// isToken reports whether a text is a token, as names of headers and methods
// are (RFC 9110, 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c))
	})
}

// A headed is a writer whose answer gets the headers of rules, whatever was
// set for it.
type headed struct {
	http.ResponseWriter

	rules []heading
	path  string
	done  bool
}

// WriteHeader sets the headers, in the order of the rules. A name that comes
// twice has both values.
func (w *headed) WriteHeader(status int) {
	if !w.done && status >= 200 {
		w.done = true
		h, set := w.Header(), map[string]bool{}
		for _, rule := range w.rules {
			params, ok := rule.path.fits(w.path)
			if !ok {
				continue
			}
			for _, line := range rule.lines {
				line.apply(h, set, params)
			}
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// apply sets one header; set are those that rules before it have set.
func (l header) apply(h http.Header, set map[string]bool, params []param) {
	if l.removed {
		h.Del(l.name)
		delete(set, l.name)
		return
	}
	value := expand(l.value, params, escapePath) // as it came in an address, and without line breaks
	if set[l.name] {
		value = h.Get(l.name) + ", " + value
	}
	h.Set(l.name, value)
	set[l.name] = true
}

func (w *headed) Write(b []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// ReadFrom keeps the way open for the kernel to send a file by itself.
func (w *headed) ReadFrom(from io.Reader) (int64, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return io.Copy(w.ResponseWriter, from)
}

func (w *headed) Unwrap() http.ResponseWriter { return w.ResponseWriter }
