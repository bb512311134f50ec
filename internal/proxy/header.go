package proxy

import (
	"iter"
	"net/http"
	"strings"
)

// hops are the fields that are about one connection alone (RFC 9110, section
// 7.6.1, and 11.7 for the two of authentication).
var hops = map[string]bool{
	"Connection":          true,
	"Keep-Alive":          true,
	"Proxy-Authenticate":  true,
	"Proxy-Authorization": true,
	"Proxy-Connection":    true,
	"Te":                  true,
	"Trailer":             true,
	"Transfer-Encoding":   true,
	"Upgrade":             true,
}

// kept are the fields that Connection may not take away: without them a
// request is another one.
var kept = map[string]bool{
	"Content-Length": true, "Content-Type": true, "Content-Encoding": true, "Content-Range": true,
	"Host": true, "Expect": true, "Authorization": true, "Cookie": true, "Origin": true, "Via": true,
}

// dropHops takes out what is about one connection alone, and what Connection
// says is.
func dropHops(h http.Header) {
	for name := range tokens(h["Connection"]) {
		if name = http.CanonicalHeaderKey(name); !kept[name] {
			delete(h, name)
		}
	}
	for name := range h {
		if hops[name] || strings.HasPrefix(name, ":") { // such as the protocol of an extended CONNECT
			delete(h, name)
		}
	}
}

// tokens are what lists of tokens name (RFC 9110, section 5.6.1).
func tokens(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range lines {
			for token := range strings.SplitSeq(line, ",") {
				if token = strings.Trim(token, " \t"); token != "" && !yield(token) {
					return
				}
			}
		}
	}
}

// hasToken reports whether lists of tokens name one, in either case.
func hasToken(lines []string, want string) bool {
	for token := range tokens(lines) {
		if strings.EqualFold(token, want) {
			return true
		}
	}
	return false
}

// takesTrailers reports whether TE says that trailers are welcome, the one
// thing of it that is for the upstream, too (RFC 9110, section 10.1.4).
func takesTrailers(lines []string) bool { return hasToken(lines, "trailers") }

// addTrailers adds the trailers of a request that may be: what frames it, tells
// its way or stands for whoever sent it has its place in the head alone (RFC
// 9110, section 6.5.1).
func addTrailers(to, from http.Header) {
	for name, lines := range from {
		if !hops[name] && !kept[name] && !isWord(name) && !isForHeads([]byte(name)) {
			to[name] = lines
		}
	}
}
