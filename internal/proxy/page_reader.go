package proxy

import (
	"net/http"
	"strings"
)

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
		return accepts(r, "text/html")
	}
	return false
}

// wantsJSON reports whether a program speaks JSON: it accepts that by name, or
// has sent it.
func wantsJSON(r *http.Request) bool {
	return accepts(r, "application/json") || isType(r.Header.Get("Content-Type"), "application/json")
}

// accepts reports whether a request accepts a type by name (RFC 9110, section
// 12.5.1).
func accepts(r *http.Request, name string) bool {
	for _, line := range r.Header["Accept"] {
		for item := range strings.SplitSeq(line, ",") {
			if isType(item, name) && !isForbidden(item) {
				return true
			}
		}
	}
	return false
}

// isType reports whether a media type is this one, or one with its suffix, as
// application/problem+json has that of application/json (RFC 6838, section
// 4.2.8).
func isType(item, name string) bool {
	item, _, _ = strings.Cut(item, ";")
	item = strings.ToLower(strings.Trim(item, " \t"))
	group, suffix, _ := strings.Cut(name, "/")
	return item == name || strings.HasPrefix(item, group+"/") && strings.HasSuffix(item, "+"+suffix)
}

// isForbidden reports whether an item of Accept has a weight of zero: all but
// this (RFC 9110, section 12.4.2).
func isForbidden(item string) bool {
	_, parameters, _ := strings.Cut(item, ";")
	for p := range strings.SplitSeq(parameters, ";") {
		weight, ok := strings.CutPrefix(strings.ToLower(strings.Trim(p, " \t")), "q=")
		if ok && strings.Trim(weight, "0.") == "" {
			return true
		}
	}
	return false
}
