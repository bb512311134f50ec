package serve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
)

// A rulebook is what a folder says of itself in _headers and _redirects, as it
// stands there now.
type rulebook struct {
	held    atomic.Pointer[rules]
	reading sync.Mutex // held while files are read anew
}

// Rules are what both files say, of one version each.
type rules struct {
	headers   []heading
	redirects []redirection
	versions  [2]stamp
	checked   atomic.Int64 // when it was last seen that the files are those, in Unix nanoseconds
}

// ruleFiles are the files that rules are in. They are answered to nobody.
var ruleFiles = [2]string{"_headers", "_redirects"}

// mostOfRules is how large a file of rules may be.
const mostOfRules = 1 << 20

// A stamp is by what a version of a small file is known.
type stamp struct {
	size     int64
	modified time.Time
	is       bool // it is there at all
}

func stampOf(info os.FileInfo, err error) stamp {
	if err != nil || !info.Mode().IsRegular() {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime(), true}
}

// rules are those of the folder now. Files are looked at as seldom as the
// folder itself.
func (s *Site) rules() *rules {
	now := s.now().UnixNano()
	r := s.rulebook.held.Load()
	if r != nil {
		if age := now - r.checked.Load(); 0 <= age && age < int64(believed) {
			return r
		}
	}
	s.rulebook.reading.Lock()
	defer s.rulebook.reading.Unlock()
	var versions [2]stamp
	for i, name := range ruleFiles {
		versions[i] = stampOf(s.root.stat(name))
	}
	if r = s.rulebook.held.Load(); r == nil || r.versions != versions {
		r = s.readRules(versions)
		s.rulebook.held.Store(r)
	}
	r.checked.Store(now)
	return r
}

// readRules reads both files, and tells what is wrong with them.
func (s *Site) readRules(versions [2]stamp) *rules {
	r := &rules{versions: versions}
	var wrong [2][]mistake
	for i, name := range ruleFiles {
		text, err := s.readSmall(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			wrong[i] = []mistake{{file: name, why: err.Error(), next: "all of the folder is served without it"}}
			continue
		}
		if i == 0 {
			r.headers, wrong[i] = parseHeaders(name, text)
		} else {
			r.redirects, wrong[i] = parseRedirects(name, text)
		}
	}
	for _, w := range wrong {
		s.tellMistakes(w)
	}
	return r
}

// readSmall reads a file that somebody has written by hand.
func (s *Site) readSmall(name string) (string, error) {
	file, info, err := s.root.open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if !info.Mode().IsRegular() {
		return "", errNoFile
	}
	text, err := io.ReadAll(io.LimitReader(file, mostOfRules+1))
	if err == nil && len(text) > mostOfRules {
		err = fmt.Errorf("it is larger than %d KiB", mostOfRules>>10)
	}
	return strings.TrimPrefix(string(text), "\ufeff"), err
}

// ruled follows _redirects. It knows no more of a request than its path.
func (s *Site) ruled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		book := s.rules()
		if slices.Contains(ruleFiles[:], strings.TrimPrefix(r.URL.Path, "/")) {
			s.missing(w, r)
			return
		}
		if len(book.redirects) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		rule, to := s.redirection(book, r.URL.Path)
		switch {
		case rule == nil:
			next.ServeHTTP(w, r)
		case rule.status == http.StatusOK:
			next.ServeHTTP(w, withPath(r, pathOf(to)))
		case rule.status == http.StatusNotFound:
			next.ServeHTTP(&missingWriter{w}, withPath(withoutConditions(r), pathOf(to)))
		case s.goesRound(book, r.URL.Path):
			tellError(w, r, http.StatusLoopDetected, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("_redirects:%d goes round in a circle", rule.line),
				Why: "what it leads to leads back here", Next: "let one of the lines lead to a file",
			})
		default:
			leadTo(w, r, rule.status, to)
		}
	})
}

// headed sets what _headers says. It stands nearest to the files: what limen
// does to a page it does with the headers that the page has.
func (s *Site) headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if book := s.rulebook.held.Load(); book != nil && len(book.headers) > 0 { // ruled, before it, has looked
			w = &headed{ResponseWriter: w, rules: book.headers, path: r.URL.Path}
		}
		next.ServeHTTP(w, r)
	})
}

// redirection finds the first line that is for a path, and where it leads. A
// file that is there wins, unless the line is forced.
func (s *Site) redirection(book *rules, asked string) (*redirection, string) {
	isThere := -1 // not known yet; 0 for no
	for i := range book.redirects {
		rule := &book.redirects[i]
		params, ok := rule.from.fits(asked)
		if !ok {
			continue
		}
		if !rule.forced {
			if isThere < 0 {
				isThere = 0
				if s.isThere(asked) {
					isThere = 1
				}
			}
			if isThere == 1 {
				continue
			}
		}
		if to := rule.target(params); !isSelf(to, asked) {
			return rule, to
		}
	}
	return nil, ""
}

// isThere reports whether a path leads to a file: itself, a page, or the index
// of a folder. A folder without one counts as nothing, as where sites are
// published.
func (s *Site) isThere(asked string) bool {
	if !areServable(asked) {
		return false
	}
	name := inRoot(asked)
	return s.isFile(path.Join(name, "index.html")) || !strings.HasSuffix(asked, "/") && (s.isFile(name) || s.isFile(name+".html"))
}

// mostHops is how far redirects are followed ahead; browsers give up after 20.
const mostHops = 20

// goesRound reports whether a browser that follows redirects would not arrive.
func (s *Site) goesRound(book *rules, asked string) bool {
	for range mostHops {
		rule, to := s.redirection(book, asked)
		if rule == nil || rule.status < 300 || rule.status > 399 || !strings.HasPrefix(to, "/") {
			return false
		}
		asked = pathOf(to)
	}
	return true
}

// pathOf is the path of an address of this site, clean; where it cannot be, one
// that nothing has.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ownPath
	}
	clean, err := parsePath(u.EscapedPath())
	if err != nil {
		return ownPath
	}
	return clean
}

// leadTo sends a browser elsewhere, with the query that it came with unless
// there is another one. It asks again each time: a redirect that is kept for
// ever would be, at this address, also that of the next project.
func leadTo(w http.ResponseWriter, r *http.Request, status int, to string) {
	if before, fragment, _ := strings.Cut(to, "#"); r.URL.RawQuery != "" && !strings.Contains(before, "?") {
		to = before + queryOf(r)
		if fragment != "" {
			to += "#" + fragment
		}
	}
	h := w.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "no-cache")
	refuse(w, status, "a line of _redirects leads elsewhere", "")
}
