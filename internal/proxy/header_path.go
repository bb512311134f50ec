package proxy

import (
	"net/http"
	"strings"
)

// pathFor is the target of the request to the upstream: the path as it was
// sent, each byte of it, unless the route puts another in its place, and the
// query. The prefix is what the upstream does not see of the path.
func pathFor(r *http.Request, route Route) (target, prefix string) {
	path, query := sentPath(r)
	if !route.Strip && route.Target.Path == "" {
		return path + query, ""
	}
	rest, ok := below(path, routePath(route.Path))
	if !ok {
		return path + query, ""
	}
	path = route.Target.Path + rest
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path + query, route.Path
}

// sentPath is the target of a request as the client sent it. The rest of net/http
// knows escapes only as they should be, and changes others: for a proxy it is
// not to say what an upstream takes for a path.
func sentPath(r *http.Request) (path, query string) {
	sent := r.RequestURI
	if !strings.HasPrefix(sent, "/") && sent != "*" || !isPrintable(sent) {
		sent = r.URL.RequestURI() // it came with a host, as to a proxy (RFC 9112, section 3.2.2)
		if r.Method == http.MethodConnect {
			sent = r.URL.EscapedPath()
		}
	}
	if i := strings.IndexByte(sent, '?'); i >= 0 {
		return sent[:i], sent[i:]
	}
	return sent, ""
}

// isPrintable reports whether a target has neither space nor anything that
// would end it early.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
