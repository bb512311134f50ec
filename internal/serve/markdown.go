package serve

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
)

// mostMarkdown is how large a document may be to be rendered; a larger one is
// sent as it is. It is read, and its page held, in memory.
const mostMarkdown = 256 << 10

// markdown answers a navigation to a document with a page of it.
func (s *Site) markdown(w http.ResponseWriter, r *http.Request, p page) {
	h := w.Header()
	h.Add("Vary", "Accept")
	h.Add("Vary", "Sec-Fetch-Dest")
	source, ok := readMarkdown(p.file, p.info)
	if !ok {
		s.send(w, r, p)
		return
	}
	v := versionOf(p.file, p.info).as("page")
	h.Set("ETag", v.tag)
	h.Set("Cache-Control", "no-cache")
	if status := v.precondition(r); status != 0 {
		w.WriteHeader(status)
		return
	}
	var body bytes.Buffer
	if err := renderPage(&body, p.path, source); err != nil {
		h.Del("ETag")
		s.send(w, r, p)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", ownPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	if r.Method != http.MethodHead {
		body.WriteTo(w) // who does not read it is gone
	}
}

// renderPage writes a page of a document.
func renderPage(w io.Writer, name string, source []byte) error {
	out := bufio.NewWriter(w)
	m := markup{out}
	m.top(visible(path.Base(name)))
	m.raw("<article>\n")
	writeMarkdown(out, source)
	m.raw("</article>\n</body></html>\n")
	return out.Flush()
}

// readMarkdown reads a document that can be rendered.
func readMarkdown(file *os.File, info os.FileInfo) (source []byte, ok bool) {
	if info.Size() > mostMarkdown {
		return nil, false
	}
	source, err := io.ReadAll(io.NewSectionReader(file, 0, mostMarkdown))
	if err != nil || isTooDeep(source) {
		return nil, false
	}
	return source, true
}

// mostNested is how deeply a document may nest quotes and lists in one line. Each
// line is asked of everything that is open, so without a bound a document of deep
// ones would take time by its square: 64 KB of ">" a second, 256 KB twenty.
const mostNested = 100

// isTooDeep reports whether a document nests more deeply than anybody writes.
func isTooDeep(source []byte) bool {
	for line := range bytes.Lines(source) {
		if nested(line) > mostNested {
			return true
		}
	}
	return false
}

// nested counts the signs of quotes and lists that a line begins with
// (CommonMark 0.31, 5.1 and 5.2).
func nested(line []byte) int {
	n := 0
	for i, c := range line {
		followed := i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t')
		switch c {
		case '>':
			n++
		case '-', '+', '*', '.', ')':
			if followed {
				n++
			}
		case ' ', '\t', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		default:
			return n
		}
	}
	return n
}

// isReadme reports whether a name is that of the document which says what its
// folder is.
func isReadme(name string) bool { return strings.EqualFold(name, "README.md") }

// readme writes the document that says what a folder is below its listing.
func (s *Site) readme(m markup, l *listing) {
	file, info, err := s.root.open(path.Join(l.dir.name, l.readme))
	if err != nil {
		return // its row is there, and says more
	}
	defer file.Close()
	source, ok := readMarkdown(file, info)
	if !ok || !info.Mode().IsRegular() {
		return
	}
	m.raw("<article>\n")
	writeMarkdown(m.out, source)
	m.raw("</article>\n")
}
