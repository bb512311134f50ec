package proxy

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// shortHead is the head that the short way sends for a request, or nothing if that is
// for the long one.
func shortHead(p *Proxy, text string, isSecret bool) string {
	h := &hot{proxy: p, in: []byte(text), client: netip.MustParseAddrPort("192.0.2.1:1234")} // as httptest has it
	if isSecret {
		h.secret = &tls.ConnectionState{}
	}
	if n, why := h.head.read(h.in); n == 0 || why != 0 || !h.suits() {
		return ""
	}
	h.said = h.in
	return string(h.appendRequest(nil))
}

// longHead is the one that the long way sends.
func longHead(t *testing.T, p *Proxy, text string, isSecret bool) string {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("net/http does not read %q: %v", text, err)
	}
	r.RemoteAddr = "192.0.2.1:1234"
	if isSecret {
		r.TLS = &tls.ConnectionState{}
	}
	w := httptest.NewRecorder()
	route, ok := p.table.find(r)
	if !ok {
		t.Fatalf("there is no route for %q", text)
	}
	x := &exchange{p: p, w: w, r: r, route: route, u: route.Upstream, load: newLoad(w, r, p.config)}
	b, out := x.appendHead(nil)
	if out.err != nil {
		t.Fatalf("the long way does not send %q: %v", text, out.err)
	}
	return string(b)
}

// sameHeads are what a request has been changed to by the two ways, as net/http reads them.
func sameHeads(t *testing.T, p *Proxy, text string, isSecret bool) {
	t.Helper()
	got := shortHead(p, text, isSecret)
	if got == "" {
		return
	}
	var both [2]*http.Request
	for i, head := range []string{got, longHead(t, p, text, isSecret)} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
		if err != nil {
			t.Fatalf("%q became %q, which net/http does not read: %v", text, head, err)
		}
		r.Header["And"] = []string{r.Method, r.RequestURI, r.Host}
		both[i] = r
	}
	if both[0].ContentLength != both[1].ContentLength || !slices.Equal(both[0].TransferEncoding, both[1].TransferEncoding) {
		t.Errorf("%q has a body of %d %v, and of %d %v the long way", text, both[0].ContentLength, both[0].TransferEncoding, both[1].ContentLength, both[1].TransferEncoding)
	}
	if diff := cmp.Diff(both[1].Header, both[0].Header); diff != "" {
		t.Errorf("%q (-long +short):\n%s", text, diff)
	}
}

// shortTable has routes of all kinds, to upstreams that are known to speak HTTP in the clear.
func shortTable(t testing.TB) *Proxy {
	p := New(Config{})
	var routes []Route
	for _, r := range []limen.Route{
		{Name: shop, Target: limen.Target{Scheme: limen.SchemeHTTP, Port: 1}},
		{Name: shop, Path: "/cut", Strip: true, Target: limen.Target{Scheme: limen.SchemeHTTP, Port: 1}},
		{Name: shop, Path: "/other", Own: true, Target: limen.Target{Scheme: limen.SchemeHTTP, Host: "example.com", Port: 8080, Path: "/base"}},
		{Name: shop, When: &limen.Condition{In: limen.InHeader, Name: "X-Mine", Value: "1"}, Own: true, Target: limen.Target{Scheme: limen.SchemeHTTP, Port: 1}},
	} {
		u := NewUpstream(r.Target)
		t.Cleanup(u.Close)
		routes = append(routes, Route{Route: r, Upstream: u})
	}
	p.Set(routes)
	return p
}

func TestBothWaysMakeTheSameOfAHead(t *testing.T) {
	p := shortTable(t)
	names := []string{"X-Mine", "x-mine", "Accept", "Cookie", "User-Agent", "X_Forwarded_For", "X-Forwarded_proto", "x.forwarded.for", "X-Forwardedly", "Remote_user", "_", "X-Forwarde"}
	for _, all := range []map[string]bool{hops, kept, words} {
		for name := range all {
			names = append(names, name, strings.ToLower(name), strings.ReplaceAll(name, "-", "_"))
		}
	}
	slices.Sort(names)
	seen := 0
	for _, name := range names {
		for _, target := range []string{"/", "/cut/a?b", "/other//c%2Fd", "/cut"} {
			for _, connection := range []string{"", "Connection: " + name + ", X-Mine\r\n", "Connection: close\r\n"} {
				text := "POST " + target + " HTTP/1.1\r\nHost: shop.localhost:8080\r\n" + connection + name + ": 1\r\nX-Last: 2\r\n\r\n"
				if shortHead(p, text, false) != "" {
					seen++
					sameHeads(t, p, text, len(name)%2 == 0)
				}
			}
		}
	}
	if seen < len(names) {
		t.Errorf("only %d of them go the short way", seen)
	}
}

// FuzzHotHead has both ways make of a head what they like, which has to be the same.
func FuzzHotHead(f *testing.F) {
	for _, text := range []string{
		"GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
		"PUT /cut/x?y HTTP/1.1\r\nHost: SHOP.localhost:1\r\nConnection: a, TE\r\nA: 1\r\nTE: trailers;q=1, deflate\r\nContent-Length: 3\r\n\r\n",
		"PUT /cut/ HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 007\r\n\r\n",
		"PUT /cut/ HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length:00\r\n\r\n",
		"POST /other/%41 HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nX-Forwarded-For: 6\r\nX-Mine: 1\r\n\r\n",
	} {
		f.Add(text, true)
	}
	p := shortTable(f)
	f.Fuzz(func(t *testing.T, text string, isSecret bool) {
		if i := bytes.Index([]byte(text), []byte("\r\n\r\n")); i >= 0 {
			sameHeads(t, p, text[:i+4], isSecret)
		}
	})
}
