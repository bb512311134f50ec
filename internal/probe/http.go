package probe

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// HTTP asks for / as any client would, and then for what the answer, the
// owner or the port make worth asking for: see Sites.
var HTTP = Probe{
	Name: "http",
	Ports: []uint16{
		80, 443, 591, 3000, 3001, 4000, 4200, 4321, 5000, 5173, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000,
	},
	Programs: []string{"httpd", "http.server", "http-proxy"},
	ALPN:     []string{"http/1.1"},
	Opening:  func(c *Conn) { c.Send(request(c, http.MethodGet, "/")) },
	Speak:    speakHTTP,
}

// speakHTTP reads the answer to GET /, and finds out whose it is.
func speakHTTP(c *Conn) (limen.Service, bool) {
	root := c.response(http.MethodGet)
	if root == nil {
		return limen.Service{}, false
	}
	s := limen.Service{
		Protocol: "http", Title: ownTitle(root), Confidence: limen.Exchanged,
		Authentication: asksWho(root), Evidence: heard(c, http.MethodGet, "/", root),
	}
	if c.Secure() {
		s.Protocol = "https"
	}
	if isEventStream(root) {
		s.Protocol = "sse"
	}
	if wantsWebSocket(root) && shakesHands(c, root) {
		s.Protocol = "websocket"
		s.Evidence = append(s.Evidence, c.Said("the answer to a WebSocket handshake", "101, and our key was understood")...)
	}
	v := visit{c: c, last: root, root: root, answers: map[string]*Reply{"GET /": root}}
	s = v.tell(s)
	return s, true
}

// request is an HTTP request without a body. Path may be a whole URL, as a
// proxy is asked with; Host is then its own.
func request(c *Conn, method, path string) string {
	host := authority(c)
	if rest, ok := strings.CutPrefix(path, "http://"); ok {
		host, _, _ = strings.Cut(rest, "/")
	}
	return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: limen\r\nAccept: */*\r\n\r\n"
}

// authority is what the server is called in a request (RFC 9110 §7.2): its
// address, because that is all that is known; dev servers that look at names
// let addresses pass.
func authority(c *Conn) string {
	at := c.Target.Endpoint.Addr
	if usual := map[bool]uint16{false: 80, true: 443}[c.Secure()]; at.Port() == usual {
		host := at.Addr().WithZone("").String()
		if at.Addr().Is6() {
			host = "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(at.Addr().WithZone("").String(), strconv.Itoa(int(at.Port())))
}

// asksWho reports whether the server wants to know who is there: it says so,
// or sends the reader to where people log in. That a page can be read says
// nothing: pages are for strangers.
func asksWho(r *Reply) limen.Authentication {
	switch {
	case r.Status == http.StatusUnauthorized, r.Status == http.StatusProxyAuthRequired:
		return limen.AuthenticationRequired
	case r.Status >= 300 && r.Status < 400 && loginPath.MatchString(withoutQuery(r.Header.Get("Location"))):
		return limen.AuthenticationRequired
	}
	return limen.AuthenticationUnknown
}

var loginPath = newPattern(`(?i)/(?:users?/|accounts?/|auth/|ui/|web/)?(?:log-?in|sign[-_]?in|sso|oauth2?)(?:[/.].*)?$`)

// withoutQuery cuts from a URL what may be secret: what is asked, and for whom.
func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	url, _, _ = strings.Cut(url, "#")
	return url
}

// telling are the fields by which servers say what they are. Cookies are left
// out: they are made for one client.
var telling = []string{"Server", "X-Powered-By", "X-Generator", "Via", "X-Aspnet-Version", "Www-Authenticate", "Location"}

// heard is the evidence that an answer gives.
func heard(c *Conn, method, path string, r *Reply) []limen.Evidence {
	all := c.Said("the answer to "+method+" "+path, fmt.Sprintf("%s %d", r.Proto, r.Status))
	for _, name := range telling {
		value := r.Header.Get(name)
		if name == "Location" {
			value = withoutQuery(value)
		}
		if value != "" {
			all = append(all, c.Said("its field "+name, value)...)
		}
	}
	return all
}
