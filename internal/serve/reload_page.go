package serve

import (
	"net/http"
	"net/url"
)

// servePage answers with the page of an address as a navigation to it would
// get it, but for the snippet: what a page becomes that keeps what its user
// did. Scripts cannot ask for that, as browsers say that they are scripts.
func (s *Site) servePage(w http.ResponseWriter, r *http.Request) {
	if !s.isForOwnPage(w, r) {
		return
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "empty" {
		refuse(w, http.StatusForbidden, "this address is for scripts alone", "open the page itself")
		return
	}
	inner, err := s.requestFor(r, http.MethodGet, r.URL.Query().Get("of"), "document")
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), "")
		return
	}
	s.reloader.inner.ServeHTTP(&injector{ResponseWriter: w, site: s, request: inner, bare: true}, inner)
}

// requestFor is a request of the one who made r for another address of this
// site, a path with its query, as a browser makes it that loads a page or a
// part of one.
func (s *Site) requestFor(r *http.Request, method, address, dest string) (*http.Request, error) {
	u, err := url.ParseRequestURI(address)
	if err != nil || u.IsAbs() || u.Host != "" {
		return nil, errNoSlash
	}
	path, err := parsePath(u.EscapedPath())
	if err != nil {
		return nil, err
	}
	inner := r.Clone(r.Context())
	inner.Method, inner.RequestURI = method, address
	inner.URL = &url.URL{Path: path, RawQuery: u.RawQuery}
	inner.Body, inner.ContentLength = http.NoBody, 0
	inner.Header = http.Header{"Sec-Fetch-Dest": {dest}, "Sec-Fetch-Site": {"same-origin"}, "User-Agent": {r.UserAgent()}}
	if lines := r.Header["Accept-Encoding"]; len(lines) > 0 {
		inner.Header["Accept-Encoding"] = lines
	}
	if dest == "document" {
		inner.Header["Accept"] = []string{"text/html"}
	}
	return inner, nil
}
