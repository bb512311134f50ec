package serve

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
)

// A proxy answers for a path, and all below it, with what another server
// answers. It changes as little as it can: what a browser sees is one site.
type proxy struct {
	site      *Site
	path      string // as "/api"; "/" for what the folder has not
	to        target
	mark      string // of this very proxy, by which a request that comes round is known
	transport *http.Transport
	inner     *httputil.ReverseProxy
}

// openProxies makes proxies of what was typed, the longest path first. It
// connects to nothing yet.
func (s *Site) openProxies(typed []string) (all []*proxy, err error) {
	for _, one := range typed {
		path, to, err := parseProxy(one)
		if err != nil {
			return nil, cannotProxy(one, err)
		}
		if slices.ContainsFunc(all, func(p *proxy) bool { return p.path == path }) {
			return nil, cannotProxy(one, errTwice)
		}
		p := &proxy{site: s, path: path, to: to, mark: "limen-" + strings.ToLower(rand.Text()[:10]), transport: to.transport()}
		p.inner = &httputil.ReverseProxy{
			Rewrite: p.rewrite, Transport: p.transport, FlushInterval: -1, // whatever comes goes on at once: events, drips
			ModifyResponse: p.modify, ErrorHandler: p.explain, ErrorLog: silent(),
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b *proxy) int { return cmp.Compare(len(b.path), len(a.path)) })
	return all, nil
}

// has reports whether a path of a request is one that the proxy answers for.
func (p *proxy) has(path string) bool { return isBelow(path, p.path) }

// isBelow reports whether a path is another one, or lies below it: /apix is
// not below /api.
func isBelow(path, top string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(top, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

// proxied finds the proxy that answers a request.
func (s *Site) proxied(r *http.Request) http.Handler {
	for _, p := range s.beside.proxies {
		if p.has(r.URL.Path) && !(p.path == "/" && isRead(r) && s.isThere(r.URL.Path)) {
			return p
		}
	}
	return nil
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// forwards reports whether a path as it was sent goes to another server, or to
// what was recorded of one, which says for itself what may be in a name: GitLab, for one, has names of projects
// with slashes in them. No name may lead out of the proxy's path all the same.
func (s *Site) forwards(sent string) bool {
	if s.beside == nil {
		return false
	}
	plain, err := url.PathUnescape(sent)
	if err != nil || slices.Contains(strings.FieldsFunc(plain, isSlash), "..") || strings.ContainsRune(plain, 0) {
		return false
	}
	tops := s.beside.paths()
	if s.beside.replay != nil {
		tops = s.beside.replay.paths
	}
	return slices.ContainsFunc(tops, func(top string) bool { return top != "/" && isBelow(sent, top) })
}

func isSlash(c rune) bool { return c == '/' || c == '\\' }

// ServeHTTP asks the other server, unless the request has been here before.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.isRound(r) {
		refuse(w, http.StatusLoopDetected, "this request came back to where it was sent on",
			"what "+p.path+" leads to must not lead here again")
		return
	}
	p.inner.ServeHTTP(&taken{w}, r)
}

// isRound reports whether a request has been sent on by this proxy before
// (RFC 9110, 7.6.3: the pseudonyms in Via are there to see loops).
func (p *proxy) isRound(r *http.Request) bool {
	return slices.ContainsFunc(r.Header["Via"], func(line string) bool { return strings.Contains(line, p.mark) })
}

// rewrite makes the request to the other server. Those headers that are about
// one connection alone are gone already (RFC 9110, 7.6.1).
func (p *proxy) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL = &url.URL{Scheme: p.to.scheme, Host: p.to.host, RawQuery: r.In.URL.RawQuery}
	p.to.setPath(r.Out.URL, p.path, r.In)
	r.SetXForwarded()
	if p.to.replaces {
		r.Out.Header.Set("X-Forwarded-Prefix", p.path)
	}
	r.Out.Header.Add("Via", "1.1 "+p.mark)
	if p.to.isHere {
		// A server on this machine gets the name that the browser knows: it
		// compares Origin with it, and makes addresses of it.
		r.Out.Host = r.In.Host
	} else {
		r.Out.Host = ""
	}
	p.site.withoutOwn(r.Out.Header)
	if p.site.beside.record != nil {
		forRecord(r.Out.Header)
	}
}

// withoutOwn takes out of a request by what limen let it in: that is no
// business of another server.
func (s *Site) withoutOwn(h http.Header) {
	if lines := h["Cookie"]; len(lines) > 0 {
		h["Cookie"] = withoutOwnCookies(lines)
	}
	if given, ok := strings.CutPrefix(h.Get("Authorization"), "Bearer "); ok && isSecret(given, s.config.Token) {
		h.Del("Authorization")
	}
}

// forRecord asks for an answer that others can use, too: as a whole, whatever
// the browser has of it, and not compressed, to be looked through for secrets.
func forRecord(h http.Header) {
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Range", "Range"} {
		h.Del(name)
	}
	h.Set("Accept-Encoding", "identity")
}

// modify makes an answer one of this site: redirects to the other server lead
// here.
func (p *proxy) modify(answer *http.Response) error {
	if to := answer.Header.Get("Location"); to != "" {
		answer.Header.Set("Location", p.to.back(to, p.path, answer.Request.Host))
	}
	return nil
}

// A taken is a writer that tells the log when a connection was taken over, for
// a WebSocket.
type taken struct{ http.ResponseWriter }

// Hijack takes the connection over.
func (t *taken) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, b, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err == nil {
		noteStatus(t.ResponseWriter, http.StatusSwitchingProtocols)
	}
	return c, b, err
}

func (t *taken) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// noteStatus tells those who note answers the status of one that did not go
// through them.
func noteStatus(w http.ResponseWriter, status int) {
	for {
		switch to := w.(type) {
		case *recorder:
			to.status = status
		case *capture:
			to.status = status
		}
		inner, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		w = inner.Unwrap()
	}
}
