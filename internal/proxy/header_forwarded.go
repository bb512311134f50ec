package proxy

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// words are the fields in which a server takes the word of the proxy before it
// on who asked, for what, and how. This is the first proxy, so what a client
// has in them is made up. Those that begin with X-Forwarded are of them, too.
var words = map[string]bool{
	"Forwarded":                true,
	"X-Real-Ip":                true,
	"X-Client-Ip":              true, // and the next three: Rails, Express and others believe them
	"Client-Ip":                true,
	"True-Client-Ip":           true,
	"X-Cluster-Client-Ip":      true,
	"X-Originating-Ip":         true,
	"X-Remote-Addr":            true,
	"X-Remote-Ip":              true,
	"Forwarded-For":            true,
	"X-Original-Forwarded-For": true, // what ingress-nginx keeps of the one before it
	"Remote-User":              true, // who is logged in, to what stands behind a proxy that has asked
	"X-Host":                   true,
	"X-Http-Host-Override":     true,
	"X-Original-Host":          true,
	"X-Original-Url":           true, // IIS and Symfony take the path from these two
	"X-Rewrite-Url":            true,
	"X-Url-Scheme":             true, // the next three mean HTTPS to Django, Rack and Microsoft's
	"X-Scheme":                 true,
	"Front-End-Https":          true,
	"Cf-Connecting-Ip":         true,
	"Fastly-Client-Ip":         true,
	"Proxy":                    true, // CGI makes HTTP_PROXY of it, by which programs find theirs (CVE-2016-5385)
}

// isWord reports whether a field in canonical form is one of words. To CGI and
// its children, WSGI, Rack and PHP, X_Forwarded_For is the same as
// X-Forwarded-For (RFC 3875, section 4.1.18), so it is here; and to PHP, X.Forwarded.For.
func isWord(name string) bool {
	if strings.ContainsAny(name, "_.") {
		name = http.CanonicalHeaderKey(strings.NewReplacer("_", "-", ".", "-").Replace(name))
	}
	return words[name] || strings.HasPrefix(name, "X-Forwarded")
}

// A caller is who asked, for what, and how, as the proxy has seen it.
type caller struct {
	addr     netip.Addr // invalid if the client has none, as over a Unix socket
	host     string     // that was asked for, and its port if it was said
	isSecure bool
	prefix   string // the path that the upstream does not see
}

func callerOf(r *http.Request, prefix string) caller {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return caller{at.Addr().Unmap().WithZone(""), r.Host, r.TLS != nil, prefix}
}

// tell replaces what a request says of its way so far.
func (c caller) tell(h http.Header) {
	for name := range h {
		if isWord(name) {
			delete(h, name)
		}
	}
	proto, port := c.proto()
	h["X-Forwarded-Host"] = []string{c.host}
	h["X-Forwarded-Proto"] = []string{proto}
	h["X-Forwarded-Port"] = []string{port}
	h["Forwarded"] = []string{c.forwarded(proto)}
	if c.addr.IsValid() {
		addr := []string{c.addr.String()}
		h["X-Forwarded-For"], h["X-Real-Ip"] = addr, addr
	}
	if c.prefix != "" {
		h["X-Forwarded-Prefix"] = []string{c.prefix}
	}
}

func (c caller) proto() (proto, port string) {
	proto, port = "http", "80"
	if c.isSecure {
		proto, port = "https", "443"
	}
	if _, said, err := net.SplitHostPort(c.host); err == nil && said != "" {
		port = said
	}
	return proto, port
}

// forwarded is the value of Forwarded. What is no token stands in quotes, as
// do all addresses of IPv6 and hosts with a port (RFC 7239, sections 4 and 6).
func (c caller) forwarded(proto string) string {
	who := "unknown"
	switch {
	case c.addr.Is4():
		who = c.addr.String()
	case c.addr.IsValid():
		who = `"[` + c.addr.String() + `]"`
	}
	host := c.host
	if strings.ContainsAny(host, ":[]") || host == "" {
		host = `"` + host + `"`
	}
	return "for=" + who + ";host=" + host + ";proto=" + proto
}
