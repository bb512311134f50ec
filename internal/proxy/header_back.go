package proxy

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// ownHost is how an upstream calls itself, if it is not asked for the name.
func ownHost(t limen.Target) string {
	host := t.Host
	switch {
	case host == "":
		host = "localhost"
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	if t.Port == 0 || t.Scheme == limen.SchemeHTTPS && t.Port == 443 || t.Scheme != limen.SchemeHTTPS && t.Port == 80 {
		return host
	}
	return host + ":" + strconv.Itoa(int(t.Port))
}

// A wayBack leads what an upstream says of itself back to the name that the
// browser knows.
type wayBack struct {
	u     *Upstream
	route Route
	host  string // as the browser says it
	proto string
}

// lead changes the fields of an answer that lead somewhere.
func (b wayBack) lead(h http.Header) {
	for _, name := range []string{"Location", "Content-Location"} {
		for i, line := range h[name] {
			h[name][i] = b.location(line)
		}
	}
	for i, line := range h["Set-Cookie"] {
		h["Set-Cookie"][i] = b.cookie(line)
	}
}

// location leads a redirect to the upstream itself to the name. Others stay as
// they are, byte for byte.
func (b wayBack) location(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Opaque != "" || u.User != nil {
		return to
	}
	path := b.path(u.EscapedPath())
	rest := to[len(to)-len(tail(to)):]
	switch {
	case u.Host == "" && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//"):
		if path == u.EscapedPath() {
			return to
		}
		return path + rest
	case u.Scheme != "http" && u.Scheme != "https" || !b.isOwn(u):
		return to
	}
	return b.proto + "://" + b.host + path + rest
}

// tail is the query and the fragment of a URL.
func tail(to string) string {
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		return to[i:]
	}
	return ""
}

// path puts the route's path back in the place of what stands there for the
// upstream. One that knows the prefix has done so itself.
func (b wayBack) path(path string) string {
	inner, outer := b.route.Target.Path, b.route.Path
	switch {
	case !b.route.Strip && inner == "":
		return path
	case inner != "":
		rest, ok := strings.CutPrefix(path, inner)
		if !ok || rest != "" && rest[0] != '/' {
			return path
		}
		path = rest
	case path == outer || strings.HasPrefix(path, outer+"/"):
		return path
	}
	if path = outer + path; path == "" {
		return "/"
	}
	return path
}

// isOwn reports whether an upstream means itself.
func (b wayBack) isOwn(u *url.URL) bool {
	port := uint16(80)
	if u.Scheme == "https" {
		port = 443
	}
	if said := u.Port(); said != "" {
		n, err := limen.ParsePort(said)
		if err != nil {
			return false
		}
		port = n
	}
	host := u.Hostname()
	if b.route.Own && strings.EqualFold(host, b.route.Target.Host) && port == b.route.Target.Port {
		return true
	}
	addr, err := netip.ParseAddr(host)
	isHere := strings.EqualFold(host, "localhost") || err == nil && (addr.IsLoopback() || addr.IsUnspecified())
	return isHere && !isElsewhere(b.route.Target) && b.u.leads(port)
}

// cookie gives a cookie that is for the upstream's own host to the name, and
// one that is for the path in the place of the route's to that.
func (b wayBack) cookie(line string) string {
	if !b.route.Own && b.route.Target.Path == "" {
		return line
	}
	parts := strings.Split(line, ";")
	for i, part := range parts[1:] {
		name, value, _ := strings.Cut(part, "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "domain":
			if b.route.Own && isWithin(b.ownName(), strings.TrimPrefix(strings.TrimSpace(value), ".")) {
				parts[i+1] = name + "=" + b.name()
			}
		case "path":
			if path := strings.TrimSpace(value); path != "" {
				parts[i+1] = name + "=" + b.path(path)
			}
		}
	}
	return strings.Join(parts, ";")
}

func (b wayBack) ownName() string {
	if b.route.Target.Host == "" {
		return "localhost"
	}
	return b.route.Target.Host
}

// name is the browser's host without its port.
func (b wayBack) name() string {
	if name, _, err := net.SplitHostPort(b.host); err == nil {
		return name
	}
	return b.host
}

// isWithin reports whether a name is a domain's, or below it.
func isWithin(name, domain string) bool {
	return strings.EqualFold(name, domain) || strings.HasSuffix(strings.ToLower(name), "."+strings.ToLower(domain))
}
