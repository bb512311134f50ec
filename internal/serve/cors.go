package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// Pages of other sites may read nothing here, but those that were named. They
// are named one by one: with a star for all, any page that somebody opens
// could read the folder.

// What an origin can be refused for.
var (
	errOriginStar = errors.New("every page that you open could read what is served")
	errOriginNull = errors.New("null is the origin of any file and any sandbox")
	errOriginPath = errors.New("an origin is a scheme, a host and a port, and nothing behind it")
	errOrigin     = errors.New("it is no http:// or https:// address, and no port of this machine")
)

// parseOrigin reads an origin as browsers send it: scheme, host, and the port
// where it is not the usual one. A port alone is one of localhost.
func parseOrigin(typed string) (string, error) {
	switch {
	case typed == "*":
		return "", errOriginStar
	case typed == "null":
		return "", errOriginNull
	case typed != "" && strings.Trim(typed, "0123456789") == "" && len(typed) <= 5:
		return "http://localhost:" + typed, nil
	}
	u, err := url.Parse(typed)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", errOrigin
	}
	if name, err := parseHost(u.Host); err != nil || name == "" {
		return "", errOrigin
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return "", errOriginPath
	}
	host := strings.ToLower(u.Host)
	usual := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(host, usual), nil // RFC 6454, 6.2
}

// parseOrigins reads all origins whose pages may read.
func parseOrigins(typed []string) (origins []string, err error) {
	for _, one := range typed {
		origin, err := parseOrigin(one)
		if err != nil {
			return nil, &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot let pages of %q read", one), Why: err.Error(), Next: "--cors http://localhost:3000"}
		}
		origins = append(origins, origin)
	}
	return origins, nil
}

// invites reports whether a page asks whose origin was named.
func (s *Site) invites(r *http.Request) bool {
	if len(s.origins) == 0 {
		return false
	}
	lines := r.Header["Origin"]
	return len(lines) == 1 && slices.Contains(s.origins, lines[0])
}

// exposed are the headers that scripts may see beside the few they always see.
const exposed = "Accept-Ranges, Content-Disposition, Content-Encoding, Content-Length, Content-Range, Etag, Link, Location, Retry-After, X-Request-Id, X-Total-Count"

// A neighbour is what browsers ask before a page of the internet may reach this
// machine or its network, and the answer.
type neighbour struct{ asks, answer string }

// neighbours are both names that it had: that of Private Network Access, which
// browsers send, and that of Local Network Access, as it was called meanwhile.
var neighbours = []neighbour{
	{"Access-Control-Request-Private-Network", "Access-Control-Allow-Private-Network"},
	{"Access-Control-Request-Local-Network", "Access-Control-Allow-Local-Network"},
}

// welcoming lets pages of the origins that were named read (Fetch Standard,
// 3.3).
func (s *Site) welcoming(next http.Handler) http.Handler {
	if len(s.origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.invites(r) {
			next.ServeHTTP(&allowing{ResponseWriter: w}, r)
			return
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			preflight(&allowing{ResponseWriter: w, origin: r.Header.Get("Origin")}, r)
			return
		}
		next.ServeHTTP(&allowing{ResponseWriter: w, origin: r.Header.Get("Origin")}, r)
	})
}

// preflight answers a browser that asks what a page may send. It may send what
// it likes: what comes of it is for the address itself to say.
func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	if method := r.Header.Get("Access-Control-Request-Method"); isToken(method) {
		h.Set("Access-Control-Allow-Methods", method)
	}
	if names := tokens(r.Header.Get("Access-Control-Request-Headers")); len(names) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(names, ", "))
	}
	for _, n := range neighbours {
		if r.Header.Get(n.asks) == "true" {
			h.Set(n.answer, "true")
			h.Add("Vary", n.asks)
		}
	}
	h.Set("Access-Control-Max-Age", "600") // as long as a person may take to change the flag
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusNoContent)
}

// tokens are the names in a list, and nothing else that may be in it.
func tokens(list string) (names []string) {
	for one := range strings.SplitSeq(list, ",") {
		if name := strings.TrimSpace(one); isToken(name) {
			names = append(names, name)
		}
	}
	return names
}

// An allowing is a writer whose answer says who may read, whatever it was given
// by files or by another server: browsers take two answers for none.
type allowing struct {
	http.ResponseWriter

	origin string // whose pages may; empty for none
	begun  bool
}

func (w *allowing) WriteHeader(status int) {
	h := w.Header()
	w.begun = w.begun || status >= 200
	if w.origin != "" {
		h.Set("Access-Control-Allow-Origin", w.origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", exposed)
	}
	if !slices.Contains(h["Vary"], "Origin") { // files put theirs in its place
		h["Vary"] = append(h["Vary"][:len(h["Vary"]):len(h["Vary"])], "Origin")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *allowing) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// ReadFrom keeps the way open for the kernel to send a file by itself.
func (w *allowing) ReadFrom(from io.Reader) (int64, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return io.Copy(w.ResponseWriter, from)
}

func (w *allowing) Unwrap() http.ResponseWriter { return w.ResponseWriter }
