package serve

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"syscall"
)

// A dir is a folder that a request names, found and opened.
type dir struct {
	path string   // of the URL, decoded and cleaned; begins and ends with a slash
	name string   // in the root; "." for the root itself
	file *os.File // whoever opened it closes it
	info os.FileInfo
}

// A page is a file that a request names, found and opened.
type page struct {
	path string   // of the URL, decoded and cleaned
	name string   // in the root
	file *os.File // whoever opened it closes it
	info os.FileInfo

	isLast bool // it was opened anew as often as makes sense
}

// files answers with what lies in the folder.
func (s *Site) files(w http.ResponseWriter, r *http.Request) {
	if !areServable(r.URL.Path) {
		s.missing(w, r)
		return
	}
	name := inRoot(r.URL.Path)
	file, info, err := s.root.open(name)
	if err != nil {
		s.without(w, r, name, err)
		return
	}
	defer file.Close()
	isFolder := strings.HasSuffix(r.URL.Path, "/")
	switch {
	case info.IsDir() && isFolder:
		s.folder(w, r, dir{r.URL.Path, name, file, info})
	case info.IsDir() && s.answerWith(w, r, name+".html"):
		// guide.html is what /guide means, also where a folder guide lies beside it.
	case info.IsDir():
		redirect(w, r, r.URL.Path+"/")
	case isFolder:
		s.missing(w, r) // a file has nothing in it
	default:
		s.show(w, r, page{path: r.URL.Path, name: name, file: file, info: info})
	}
}

// folder answers with the index of a folder, or else with what is in it. There
// is no redirect to or from the index: both addresses work.
func (s *Site) folder(w http.ResponseWriter, r *http.Request, d dir) {
	switch {
	case !wantsArchive(r) && s.answerWith(w, r, path.Join(d.name, "index.html")):
	case s.root.isGone():
		s.missing(w, r) // it is still open, and shows itself as empty
	default:
		s.list(w, r, d)
	}
}

// answerWith answers with a file if it is there.
func (s *Site) answerWith(w http.ResponseWriter, r *http.Request, name string) bool {
	file, info, err := s.root.open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	if !info.Mode().IsRegular() {
		return false
	}
	s.show(w, r, page{path: r.URL.Path, name: name, file: file, info: info})
	return true
}

// show answers with a file, or with what a person wants to see of it.
func (s *Site) show(w http.ResponseWriter, r *http.Request, p page) {
	if isMarkdown(p.name) && isNavigation(r) {
		s.markdown(w, r, p)
		return
	}
	s.send(w, r, p)
}

func isMarkdown(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	return ending == ".md" || ending == ".markdown"
}

// without answers where a name could not be opened.
func (s *Site) without(w http.ResponseWriter, r *http.Request, name string, err error) {
	switch {
	case errors.Is(err, fs.ErrPermission):
		refuse(w, http.StatusForbidden, "limen may not read what has this name", "chmod a+r lets everybody read it, and chmod a+rx a folder")
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "too many files are open", "try again in a moment")
	case !strings.HasSuffix(r.URL.Path, "/") && s.answerWith(w, r, name+".html"):
		// about.html is what /about means.
	default:
		s.missing(w, r)
	}
}

// redirect leads to another path of the same site, with the same query. It is
// a path and no URL, so it leads nowhere else: a clean path has one slash at
// its beginning, where two would name a host (RFC 3986, 4.2). It is not kept,
// because tomorrow a file may stand where a folder stood.
func redirect(w http.ResponseWriter, r *http.Request, path string) {
	to := url.URL{Path: path}
	h := w.Header()
	h.Set("Location", to.EscapedPath()+queryOf(r))
	h.Set("Cache-Control", "no-cache")
	refuse(w, http.StatusTemporaryRedirect, "it is a folder", "its address ends in a slash")
}

// queryOf is the query of a request as it was sent, with its question mark.
func queryOf(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}
