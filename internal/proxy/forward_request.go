package proxy

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/limenhq/limen"
)

// request makes the request to the upstream. What is not about the connection
// or about the proxy is as the client has sent it.
func (x *exchange) request(ctx context.Context) *http.Request {
	target, prefix := pathFor(x.r, x.route)
	out := (&http.Request{
		Method: x.r.Method, URL: x.u.pool(x.sni()), Host: x.host(), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: x.header(prefix), ContentLength: x.r.ContentLength,
	}).WithContext(ctx)
	setTarget(out.URL, target) // which forward has tried
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = []string{""} // else net/http gives its own
	}
	x.carry(out)
	return out
}

// header is the header of the request to the upstream.
func (x *exchange) header(prefix string) http.Header {
	h := maps.Clone(x.r.Header)
	trailers := takesTrailers(h["Te"])
	dropHops(h)
	callerOf(x.r, prefix).tell(h)
	x.p.sign(h, x.r)
	if trailers {
		h["Te"] = []string{"trailers"}
		if !x.isTwo && x.upgrade == "" {
			h["Connection"] = []string{"TE"} // RFC 9110, section 10.1.4
		}
	}
	return h
}

// setTarget has net/http write a target as it is. A URL that is opaque is, unless
// it begins with two slashes (net/url, URL.RequestURI); a path may. It reports
// whether net/http will write the same, byte for byte.
func setTarget(u *url.URL, target string) bool {
	if !strings.HasPrefix(target, "//") {
		u.Opaque = target
		return true
	}
	path, query, hasQuery := strings.Cut(target, "?")
	u.RawPath, u.RawQuery, u.ForceQuery = path, query, hasQuery
	u.Path, _ = url.PathUnescape(path)
	return u.EscapedPath() == path
}

// carry gives a request its body.
func (x *exchange) carry(out *http.Request) {
	if x.load == nil {
		out.ContentLength = 0
		delete(out.Header, "Expect") // there is nothing to wait for
		return
	}
	if out.ContentLength < 0 {
		out.Trailer = http.Header{} // which come after it, announced or not
	}
	out.Close = len(out.Header["Expect"]) > 0 && !x.isTwo // see frame
	out.Body = x.load.begin(out.Trailer)
}

// host is for whom the upstream is asked.
func (x *exchange) host() string {
	if x.route.Own {
		return ownHost(x.route.Target)
	}
	return x.r.Host
}

// sni is the name that TLS asks for. An address is none (RFC 6066, section 3).
func (x *exchange) sni() string {
	name := x.u.target.Host
	if !x.route.Own {
		name = wayBack{host: x.r.Host}.name()
	}
	if host, err := limen.ParseHost(name); err == nil {
		return host
	}
	return ""
}
