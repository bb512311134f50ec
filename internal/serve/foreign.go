package serve

import (
	"net/http"
	"strings"
)

// isForeign reports whether a page of another site asks. Browsers say so in
// Sec-Fetch-Site, and of those that speak plain HTTP with another machine at
// least in Origin. That a link leads here from elsewhere is fine: the page it
// opens is nobody's but ours.
func isForeign(r *http.Request) bool {
	h := r.Header
	if h.Get("Sec-Fetch-Site") == "cross-site" && !isLinkFollowed(r) {
		return true
	}
	for _, origin := range h["Origin"] {
		if !isOwn(origin, r) {
			return true
		}
	}
	return false
}

// isLinkFollowed reports whether a request opens a page of its own, and not in
// a frame or as a part of another one.
func isLinkFollowed(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" &&
		(r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// isOwn reports whether an origin is the one that the request is for
// (RFC 6454, 7). "null" is nobody's.
func isOwn(origin string, r *http.Request) bool {
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok || scheme != schemeOf(r) {
		return false
	}
	usual := map[string]string{"http": ":80", "https": ":443"}[scheme] // of which none need be written
	return strings.EqualFold(strings.TrimSuffix(host, usual), strings.TrimSuffix(r.Host, usual))
}

func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// isNavigation reports whether a browser asks for a page to show, in a tab or
// a frame, and no script for data. Browsers say so in Sec-Fetch-Dest (Fetch
// Metadata, 2.1); of those that say nothing, whoever accepts HTML by name.
func isNavigation(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "document", "iframe", "frame":
		return true
	case "empty": // a service worker passes it on
		return r.Header.Get("Sec-Fetch-Mode") == "navigate"
	case "":
		return strings.Contains(r.Header.Get("Accept"), "text/html")
	}
	return false
}
