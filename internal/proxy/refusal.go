package proxy

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/limenhq/limen"
)

// A hostRefusal is how servers of one kind answer a request for a host that they
// do not know. In its texts {host} is that host, without a port.
type hostRefusal struct {
	by     string // what answers so
	built  string // what the upstream has to be built with, where others may answer in the same words; empty for anything
	status int
	media  string // the type of the answer; empty if it names none

	// How the body is told: it begins with a text, has texts in it, or is
	// nothing else but one.
	begins string
	has    []string
	whole  string

	below    string // only at paths that have this in them
	isSocket bool   // only where a WebSocket was asked for

	line  string // what to add; empty to ask it for its own host instead
	file  string // and where
	proof string // what was read or seen to know that
}

// The look at an answer is bounded, and waits for nothing that is not on its
// way: an answer of known length comes at once, and of another one only what
// comes first is looked at.
const (
	mostLook    = 16 << 10
	mostRefusal = 256 << 10 // no refusal is longer; Django's has all settings in it
)

// heedRefusal looks whether an answer of an upstream says that it does not know
// the host it was asked for. If so, it says what to change: on a page of ours
// in the place of that answer, with its status and its words, or, for a
// program, in a header field beside it. What it says is empty unless the answer is ours.
func (p *Proxy) heedRefusal(r *http.Request, route Route, answer *http.Response) (says string) {
	host := namedIn(r.Host)
	media, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	if route.Own || host == "" || r.Method == http.MethodHead || !mayRefuse(answer, media) {
		return ""
	}
	body, isHere := glance(answer, p.config.Now().Add(lookTime))
	if !isHere {
		return ""
	}
	framework := sync.OnceValue(func() string { return p.frameworkOf(r, route) })
	for _, row := range hostRefusals {
		if row.status == answer.StatusCode && row.media == media && row.isMetBy(r, host, body) &&
			(row.built == "" || strings.EqualFold(row.built, framework())) {
			return row.tell(r, route, host, body, answer)
		}
	}
	return ""
}

// frameworkOf is what an upstream is built with, as far as that is known.
func (p *Proxy) frameworkOf(r *http.Request, route Route) string {
	if p.config.Circumstance == nil {
		return ""
	}
	return p.config.Circumstance(r.Context(), route.Route).Framework
}

// mayRefuse reports whether an answer can be one that refuses a host, by its
// head alone.
func mayRefuse(answer *http.Response, media string) bool {
	return slices.ContainsFunc(hostRefusals, func(row hostRefusal) bool { return row.status == answer.StatusCode && row.media == media }) &&
		answer.ContentLength <= mostRefusal &&
		(len(answer.Header["Content-Encoding"]) == 0 || strings.EqualFold(answer.Header.Get("Content-Encoding"), "identity"))
}

// isMetBy reports whether the shape of an answer is the one of a row.
func (row hostRefusal) isMetBy(r *http.Request, host, body string) bool {
	in := func(s string) string { return strings.ReplaceAll(s, "{host}", host) }
	switch {
	case row.isSocket && !isSocket(r):
	case !strings.Contains(r.URL.Path, row.below):
	case row.begins != "" && !strings.HasPrefix(body, in(row.begins)):
	case row.begins == "" && len(row.has) == 0 && strings.TrimSpace(body) != in(row.whole):
	case slices.ContainsFunc(row.has, func(s string) bool { return !strings.Contains(body, in(s)) }):
	default:
		return true
	}
	return false
}

// isSocket reports whether a WebSocket is asked for, over HTTP/1.1 (RFC 6455,
// section 4.1) or HTTP/2 (RFC 8441, section 4).
func isSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || slices.Contains(r.Header[":protocol"], "websocket")
}

// look returns the beginning of an answer's body, and leaves all of it to be
// read.
func look(answer *http.Response) string {
	if answer.Body == nil || answer.ContentLength == 0 {
		return ""
	}
	read, size := answer.Body.Read, int64(mostLook)
	if answer.ContentLength > 0 {
		read = func(b []byte) (int, error) { return io.ReadFull(answer.Body, b) }
		size = min(size, answer.ContentLength)
	}
	buf := make([]byte, size)
	n, err := read(buf)
	rest := io.Reader(answer.Body)
	if err != nil { // it is told again, behind what came
		rest = failing{err}
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(buf[:n]), rest), answer.Body}
	return string(buf[:n])
}

// failing is a body that ends as another one did.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// tell says what to change, and what it has said in the place of the answer.
func (row hostRefusal) tell(r *http.Request, route Route, host, body string, answer *http.Response) (says string) {
	s := row.saying(route, host)
	if !isNavigation(r) {
		answer.Header.Set("Limen-Hint", s.next())
		return ""
	}
	if row.media != "text/html" { // what a page says is not what its source says
		s.quote = tameQuote(body)
	}
	page := s.write(answer.Header, r)
	answer.Body.Close()
	answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader(page)), int64(len(page))
	answer.TransferEncoding, answer.Trailer = nil, nil
	return s.What
}

func (row hostRefusal) saying(route Route, host string) saying {
	name := route.Name + route.Path
	s := saying{
		status: row.status, code: strings.ReplaceAll(row.line, "{host}", host),
		Error: limen.Error{
			Kind: limen.Denied, What: row.by + " refused the name " + host,
			Why:  "it answers for the hosts that it was told, and this is none of them",
			Next: "add this in " + row.file + ", and start it again",
		},
	}
	if row.line == "" {
		s.Why = "it answers for localhost alone"
		s.Next, s.code = "have it asked for localhost", "limen route add "+tame(name)+" "+tame(route.Target.String())+" --own-host --force"
	}
	return s
}
