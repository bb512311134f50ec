package serve

import (
	"net/http"
	"slices"
	"strings"
)

// ownPath is where limen's own answers begin. A folder of this name cannot be
// served, and nobody has one.
const ownPath = "/_limen/"

// An endpoint is an answer of limen's own.
type endpoint struct {
	path    string // below ownPath; one that ends in a slash stands for all below it
	methods []string
	handle  func(*Site, http.ResponseWriter, *http.Request)
}

// endpoints are all of them.
var endpoints = []endpoint{
	{"reload", []string{http.MethodGet}, (*Site).serveReload},
	{"reload.js", []string{http.MethodGet, http.MethodHead}, (*Site).serveScript},
	{"page", []string{http.MethodGet}, (*Site).servePage},
	{"stale", []string{http.MethodPost}, (*Site).serveStale},
	{"assets/", []string{http.MethodGet, http.MethodHead}, (*Site).serveAsset},
	{"echo", anyMethod, (*Site).serveEcho},
	{"delay/", anyMethod, (*Site).serveDelay},
	{"status/", anyMethod, (*Site).serveStatus},
	{"fault/", anyMethod, (*Site).serveFault},
	{"drop/", []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch}, (*Site).serveDrop},
}

// endpoints answers requests for limen's own paths.
func (s *Site) endpoints(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.Path, ownPath)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		for _, e := range endpoints {
			if e.path != rest && !(strings.HasSuffix(e.path, "/") && strings.HasPrefix(rest, e.path)) {
				continue
			}
			if !slices.Contains(e.methods, r.Method) {
				refuseMethod(w, e.methods)
				return
			}
			e.handle(s, w, r)
			return
		}
		refuse(w, http.StatusNotFound, "limen has no such answer of its own", "")
	})
}
