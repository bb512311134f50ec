package proxy

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2/hpack"

	"github.com/limenhq/limen"
)

// serve has a proxy serve, and returns where.
func serve(t testing.TB, p *Proxy) string {
	t.Helper()
	l := listenAt(t, "127.0.0.1:0")
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { p.Serve(ctx, l) })
	t.Cleanup(func() { stop(); serving.Wait() })
	return l.Addr().String()
}

// twoClient is a client that speaks HTTP/2 in the clear.
func twoClient(t testing.TB) *http.Client {
	tr := &http.Transport{Protocols: new(http.Protocols), DisableCompression: true}
	tr.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// shortRows are requests, and answers to them, for which it must be the same to both
// ends which way they go.
var shortRows = []struct {
	name   string
	route  func(*Route)
	method string // GET if empty
	path   string // / if empty
	fields string // of the request, one on a line
	body   string
	answer string // of the upstream, as it is on the wire
}{
	{name: "a short answer", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: 1\r\nx-two: 2\r\nX-One: 3\r\n\r\nhello"},
	{name: "no answer's body", answer: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"},
	{name: "an empty one", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "not modified", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: \"a\"\r\n\r\n"},
	{name: "a head", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"},
	{name: "a head without a length", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nX: 1\r\n\r\n"},
	{name: "a date", answer: "HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n"},
	{name: "chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"},
	{name: "trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Other\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Unsaid: 2\r\nTe: x\r\n\r\n"},
	{name: "the end of the connection", answer: "HTTP/1.0 200 OK\r\nX: 1\r\n\r\nhello"},
	{name: "a longer one", answer: "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("0123456789", 10000)},
	{name: "longer chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + strings.Repeat("0123456789", 10000) + "\r\n0\r\n\r\n"},
	{name: "a length that is not reached", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"},
	{name: "a chunk that is not reached", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello"},
	{name: "a chunk that is none", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello, world\r\n0\r\n\r\n"},
	{name: "both framings", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
	{name: "no HTTP", answer: "SSH-2.0-OpenSSH\r\n"},
	{name: "another protocol", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"},
	{name: "nothing", answer: ""},
	{name: "half a head", answer: "HTTP/1.1 200 OK\r\nContent-"},
	{name: "early hints", answer: "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{name: "not found", answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nno"},
	{name: "a host that is refused", answer: "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 167\r\n\r\nBlocked request. This host (\"shop.localhost\") is not allowed.\nTo allow this host, add \"shop.localhost\" to `server.allowedHosts` in vite.config.js.                        "},
	{name: "fields of one connection", fields: "Te: trailers\nX-Real-Ip: 1.2.3.4\nX-Forwarded-For: 1.2.3.4\nx_forwarded_for: 1.2.3.4\nForwarded: for=1\nProxy: x\nX-Mine: 1",
		answer: "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nProxy-Authenticate: x\r\nX-End: 1\r\nContent-Length: 0\r\n\r\n"},
	{name: "Connection takes away no more than it may", answer: "HTTP/1.1 200 OK\r\nConnection: Content-Type, close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"},
	{name: "crumbs", fields: "Cookie: a=1\nCookie: b=2\nCookie: c=3", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "a post without a body", method: "POST", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "a post", method: "POST", body: "hello", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{name: "it has been through another proxy", fields: "Via: 1.1 other", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "a query", path: "/a%2Fb/../c?x=%20&y", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "two places", route: func(r *Route) { r.Target.Path = "/in" }, path: "/v1", answer: "HTTP/1.1 302 Found\r\nLocation: /in/x\r\nLocation: /in/y\r\nContent-Length: 0\r\n\r\n"},
	{name: "two slashes", path: "//a/b", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "its own host", route: func(r *Route) { r.Own = true }, answer: "HTTP/1.1 302 Found\r\nLocation: http://localhost:3000/x\r\nSet-Cookie: a=b; Domain=127.0.0.1\r\nContent-Length: 0\r\n\r\n"},
	{name: "another path", route: func(r *Route) { r.Path, r.Strip = "/api", true }, path: "/api/v1?q", answer: "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"},
	{name: "below a path", route: func(r *Route) { r.Target.Path = "/in" }, path: "/v1", answer: "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/in/x\r\nSet-Cookie: c=d; Path=/\r\nContent-Length: 0\r\n\r\n"},
}

func TestBothWaysOfHTTP2SayTheSame(t *testing.T) {
	for i, row := range shortRows {
		for _, isHeard := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, recorded: %t", row.name, isHeard), func(t *testing.T) {
				long, short := goes(t, i, true, isHeard), goes(t, i, false, isHeard)
				if d := diff.Diff(long, short); d != "" {
					t.Errorf("- the long way, + the short one\n%s", d)
				}
			})
		}
	}
}

// goes asks by one of the ways, and returns what the upstream saw, what the client got,
// and what was recorded.
func goes(t *testing.T, i int, isLong, isHeard bool) (all []string) {
	t.Helper()
	row := shortRows[i]
	var mu sync.Mutex // of all
	route := raw(t, func(c net.Conn) {
		r, err := http.ReadRequest(newReader(c))
		if err != nil {
			return // it was looked whether TLS is spoken
		}
		body, _ := io.ReadAll(r.Body) // as far as it comes
		mu.Lock()
		all = append(all, "asked "+r.Method+" "+r.RequestURI+" of "+r.Host, inOrder(r.Header), string(body))
		mu.Unlock()
		io.WriteString(c, row.answer)
	})
	route.Target.Scheme, route.Upstream.target.Scheme = limen.SchemeHTTP, limen.SchemeHTTP
	route.Upstream.manner = mannerPlain
	if row.route != nil {
		row.route(&route)
	}
	p := New(Config{plain: isLong, Patience: time.Millisecond})
	p.Set([]Route{route})
	recorder := &listener{heard: make(chan *hearing, 1)}
	if isHeard {
		p.Record(recorder)
	}
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(status int, h textproto.MIMEHeader) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, fmt.Sprint(status, inOrder(http.Header(h))))
		return nil
	}})
	var body io.Reader
	if row.body != "" {
		body = strings.NewReader(row.body)
	}
	r, err := http.NewRequestWithContext(ctx, cmp.Or(row.method, "GET"), "http://"+serve(t, p)+cmp.Or(row.path, "/"), body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = shop
	for line := range strings.Lines(row.fields) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header[name] = append(r.Header[name], value)
	}
	res, err := twoClient(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	mu.Lock()
	defer mu.Unlock()
	all = append(all, fmt.Sprint(res.Status, " ", res.ContentLength, err), inOrder(res.Header), string(content), inOrder(res.Trailer))
	if isHeard {
		h := recorder.next(t)
		all = append(all, fmt.Sprint(h.from.Route.Name, h.from.Client.IsValid()), sortedLines(h.ask), h.asked, sortedLines(h.answer), h.content, h.fault)
	}
	for j := range all {
		all[j] = strings.NewReplacer(p.mark, "MARK", strconv.Itoa(int(route.Target.Port)), "PORT").Replace(all[j])
	}
	return all
}

// sortedLines are those of a head of a client that sends them in any order.
func sortedLines(head string) string {
	return strings.Join(slices.Sorted(strings.Lines(head)), "")
}

// inOrder is a header in the order of its names, without the time, unless it is of
// another century.
func inOrder(h http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name == "Date" && !strings.Contains(h.Get(name), "2000") {
			b.WriteString("Date\n")
			continue
		}
		fmt.Fprintf(&b, "%s: %q\n", name, h[name])
	}
	return b.String()
}

// Where everything went the long way, both would say the same, too.
func TestUsualRequestsGoTheShortWay(t *testing.T) {
	route := behind(t, func(http.ResponseWriter, *http.Request) {})
	route.Upstream.learn(mannerUnknown, mannerPlain)
	p := New(Config{})
	p.Set([]Route{route})
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	c := newH2Conn(t.Context(), ours, p, h2Limits{proxy: p})
	for _, row := range []struct {
		name, value string
		isShort     bool
	}{
		{"accept", "*/*", true}, {"te", "trailers", true}, {"cookie", "a=b", true}, {"content-length", "0", true},
		{"expect", "100-continue", false}, {"via", "1.1 other", false}, {"content-type", "application/grpc", false}, {"trailer", "x", false},
		{":path", "/a?b", true}, {":path", "//a", false}, {":authority", "other.localhost", false}, {":method", "POST", true},
	} {
		h := h2Head{limit: 1 << 10}
		fields := map[string]string{":method": "GET", ":scheme": "http", ":authority": shop, ":path": "/"}
		fields[row.name] = row.value
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			h.add(hpack.HeaderField{Name: name, Value: fields[name]})
		}
		s := c.open(1, true)
		if breach := c.request(s, &h); breach != "" {
			t.Fatal(breach)
		}
		if x := (short{stream: s, proxy: p}); x.suits() != row.isShort {
			t.Errorf("%s: %s goes the short way: %t", row.name, row.value, !row.isShort)
		}
	}
}
