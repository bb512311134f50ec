package serve

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// methods are those that files answer.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodOptions}

// gated refuses what no file should answer: requests for another host, reads
// by pages of other sites, bodies of unknown length, and addresses that are
// none. What it lets through has a clean path.
func (s *Site) gated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.isMeant(r) {
			s.misdirected(w, r)
			return
		}
		if isForeign(r) && !s.invites(r) {
			refuse(w, http.StatusForbidden, "a page of another site asked for this",
				"open the address by itself, or serve both from one origin")
			return
		}
		path, err := parsePath(r.URL.EscapedPath())
		switch {
		case r.Method == http.MethodOptions && r.RequestURI == "*": // the server as a whole (RFC 9110, 9.3.7)
			path, err = "/", nil
		case errors.Is(err, errSeparator) && s.forwards(r.URL.EscapedPath()):
			next.ServeHTTP(w, r) // no file has it, but what another server has is for that one to say
			return
		case err == nil && len(path) > mostPath:
			refuse(w, http.StatusRequestURITooLong, "no file has a path of this length", "")
			return
		case err != nil:
			refuse(w, http.StatusBadRequest, err.Error(), "")
			return
		}
		next.ServeHTTP(w, withPath(r, path))
	})
}

// withPath returns a request whose path is clean: the same one, as nearly
// always, or a copy.
func withPath(r *http.Request, path string) *http.Request {
	if r.URL.Path == path && r.URL.RawPath == "" {
		return r
	}
	c := *r
	c.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: path, RawQuery: r.URL.RawQuery}
	return &c
}

// read lets only those requests through that read.
func (s *Site) read(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !slices.Contains(methods, r.Method):
			refuseMethod(w, methods)
		case len(r.TransferEncoding) > 0:
			// A body of unknown length does not belong to a read, and two
			// servers in a row may see its end in two places. net/http drops a
			// Content-Length beside it, so that cannot be told here
			// (RFC 9110, 9.3.1; RFC 9112, 6.1: and then the connection ends).
			w.Header().Set("Connection", "close")
			refuse(w, http.StatusBadRequest, "a read has no body, least of all one of unknown length", "send it without Transfer-Encoding")
		case r.Method == http.MethodOptions:
			w.Header().Set("Allow", strings.Join(methods, ", "))
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(http.StatusNoContent)
		default:
			next.ServeHTTP(w, r)
		}
	})
}
