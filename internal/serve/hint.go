package serve

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/limenhq/limen"
)

// A hint is what may have been meant by an address that leads nowhere.
type hint struct {
	why  string
	path string // where it leads; empty if nowhere
}

// href is the hint's path as an address.
func (h hint) href() string { return (&url.URL{Path: h.path}).EscapedPath() }

// mostRead bounds how many names of a folder are looked at for a hint.
const mostRead = 10_000

// A likeness is a way in which a name that is there can be like one that is not.
type likeness struct {
	why string
	of  func(asked, there string) bool
}

// likenesses are all ways, the surest first: a hint is one that would be right.
var likenesses = []likeness{
	{"the name here is written in other letters, large or small; most servers tell them apart", strings.EqualFold},
	{"the name here looks the same and is composed of other characters (Unicode normalization)", func(asked, there string) bool {
		return norm.NFC.String(asked) == norm.NFC.String(there)
	}},
	{"the name here has another ending", func(asked, there string) bool {
		stem := strings.TrimSuffix(asked, path.Ext(asked))
		return stem != "" && strings.EqualFold(stem, strings.TrimSuffix(there, path.Ext(there)))
	}},
}

// hints says what may have been meant by a clean path.
func (s *Site) hints(asked string) (hints []hint) {
	if s.root.isGone() {
		if !s.root.missed.Swap(true) {
			s.notice(limen.Notice{
				What: fmt.Sprintf("the folder %q is gone", s.root.path), Why: "nothing stands there any more, so every request is answered with 404",
				Next: "put it back, and it is served again",
			})
		}
		return []hint{{why: "the folder itself is gone from where it was"}}
	}
	if !areServable(asked) {
		return []hint{{why: "names that begin with a dot, and those that Windows takes for something else, are never served"}}
	}
	if h, ok := s.twin(asked); ok {
		hints = append(hints, h)
	}
	if h, ok := s.rebased(asked); ok {
		hints = append(hints, h)
	}
	return hints
}

// twin looks for a name that is like the first one of a path that is not there.
func (s *Site) twin(asked string) (hint, bool) {
	names := strings.Split(strings.Trim(asked, "/"), "/")
	before := "."
	for i, name := range names {
		next := path.Join(before, name)
		if _, err := s.root.stat(next); err == nil {
			before = next
			continue
		}
		there := s.namesIn(before)
		for _, l := range likenesses {
			for _, n := range there {
				if n == name || !l.of(name, n) || !isServable(n) {
					continue
				}
				found := path.Join(before, n, path.Join(names[i+1:]...))
				if _, err := s.root.stat(found); err == nil {
					return hint{l.why, "/" + found}, true
				}
			}
		}
		break
	}
	return hint{}, false
}

// rebased looks for the path below another beginning: sites are built for
// example.com/app/ and served at the top, or the other way round.
func (s *Site) rebased(asked string) (hint, bool) {
	names := strings.Split(strings.Trim(asked, "/"), "/")
	for i := 1; i < len(names) && i <= 3; i++ {
		without := path.Join(names[i:]...)
		if s.isFile(without) {
			return hint{"the same is here without the beginning /" + path.Join(names[:i]...) + "; the site may be built for another base path", "/" + without}, true
		}
	}
	for _, n := range s.namesIn(".") {
		if below := path.Join(n, path.Join(names...)); isServable(n) && s.isFile(below) {
			return hint{"the same is here one folder below; that one may be what should be served", "/" + below}, true
		}
	}
	return hint{}, false
}

// isFile reports whether a name leads to a file.
func (s *Site) isFile(name string) bool {
	info, err := s.root.stat(name)
	return err == nil && info.Mode().IsRegular()
}

// namesIn are the names in a folder, as many as are looked at.
func (s *Site) namesIn(folder string) []string {
	f, info, err := s.root.open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	if !info.IsDir() {
		return nil
	}
	names, _ := f.Readdirnames(mostRead) // what was read before an error serves as well
	return names
}
