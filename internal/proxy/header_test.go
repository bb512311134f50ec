package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func newReader(c net.Conn) *bufio.Reader { return bufio.NewReader(c) }

// told is an upstream that gives back what it was sent.
func told(t testing.TB) (Route, chan *http.Request) {
	got := make(chan *http.Request, 1)
	return behind(t, func(w http.ResponseWriter, r *http.Request) { got <- r }), got
}

func TestWhatAClientSaysOfItselfIsReplaced(t *testing.T) {
	route, got := told(t)
	at := stand(t, Config{}, route)
	var lies []string
	for _, name := range []string{
		"Forwarded", "X-Forwarded-For", "x-forwarded-for", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
		"X-Forwarded-Server", "X-Forwarded-Ssl", "X-Forwarded", "X-Real-Ip", "Client-Ip", "True-Client-Ip", "X-Original-Url", "X_Forwarded_For", "X-Forwarded_proto",
		"X.Forwarded.For", "Forwarded-For", "X-Original-Forwarded-For", "X-Originating-Ip", "X-Remote-Addr", "X-Remote-Ip", "X-Host", "X-Http-Host-Override", "Remote-User", "Remote_user", "Proxy",
	} {
		lies = append(lies, name, "6.6.6.6")
	}
	ask(t, at, "GET", "/", nil, append(lies, "Connection", "X-Forwarded-For, Host, Content-Length, Forwarded, X-Mine", "X-Mine", "1", "Keep-Alive", "5", "Proxy-Connection", "x", "Te", "gzip, trailers")...)
	h := (<-got).Header
	for name, lines := range h {
		if strings.Contains(fmt.Sprint(lines), "6.6.6.6") {
			t.Errorf("%s: %q", name, lines)
		}
	}
	for name, want := range map[string]string{
		"Forwarded": "for=127.0.0.1;host=shop.localhost;proto=http", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": shop, "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80",
		"X-Real-Ip": "127.0.0.1", "X-Mine": "", "Keep-Alive": "", "Proxy-Connection": "", "Te": "trailers", "X-Forwarded-Prefix": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestOnlyTrailersThatMayComeLateArePassedOn(t *testing.T) {
	from, to := http.Header{"X-Sum": {"1"}}, http.Header{}
	for _, name := range append([]string{"authorization", "set_cookie", "x-real-ip", "proxy"}, forbidden...) {
		from.Set(name, "6.6.6.6")
	}
	if addTrailers(to, from); len(to) != 1 || to.Get("X-Sum") != "1" {
		t.Errorf("%v", to)
	}
}

func TestAPathThatWouldBeWrittenOtherwiseIsRefused(t *testing.T) {
	route, got := told(t)
	at := stand(t, Config{}, route)
	for path, want := range map[string]int{`//a"b`: 400, `//a^b?c`: 400, `//a%22b?"`: 200, `/a"b`: 200} {
		c := dial(t, at)
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n", path)
		res, err := http.ReadResponse(newReader(c), nil)
		if err != nil || res.StatusCode != want {
			t.Fatalf("%s: %v, %v", path, res, err)
		}
		if want != 200 {
			continue
		}
		if r := <-got; r.RequestURI != path {
			t.Errorf("%s became %s", path, r.RequestURI)
		}
	}
}

func TestTheCallerIsToldAsItIs(t *testing.T) {
	for _, row := range []struct {
		from, host string
		isSecure   bool
		want       string
		port       string
	}{
		{"127.0.0.1:5", "shop.localhost", false, `for=127.0.0.1;host=shop.localhost;proto=http`, "80"},
		{"[::1]:5", "shop.localhost:8443", true, `for="[::1]";host="shop.localhost:8443";proto=https`, "8443"},
		{"[::ffff:10.0.0.1]:5", "shop.localhost", true, `for=10.0.0.1;host=shop.localhost;proto=https`, "443"},
		{"[fe80::1%eth0]:5", "[::1]:80", false, `for="[fe80::1]";host="[::1]:80";proto=http`, "80"},
		{"@", "shop.localhost", false, `for=unknown;host=shop.localhost;proto=http`, "80"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Host, r.TLS = row.from, row.host, nil
		c := callerOf(r, "")
		c.isSecure = row.isSecure
		h := http.Header{}
		c.tell(h)
		if h.Get("Forwarded") != row.want || h.Get("X-Forwarded-Port") != row.port {
			t.Errorf("%s: %s, port %s", row.from, h.Get("Forwarded"), h.Get("X-Forwarded-Port"))
		}
	}
}

func TestAPathIsPutInThePlaceOfTheRoutes(t *testing.T) {
	for _, row := range []struct {
		path  string // of the route
		strip bool
		inner string // of the target
		sent  string
		want  string
	}{
		{"", false, "", "/a%2fb?q=1", "/a%2fb?q=1"},
		{"", false, "", "//a", "//a"},
		{"", false, "", "/?", "/?"},
		{"/api", false, "", "/api/x", "/api/x"},
		{"/api", true, "", "/api/x%2Fy?q", "/x%2Fy?q"},
		{"/api", true, "", "/api", "/"},
		{"/api", true, "", "/api?q", "/?q"},
		{"/api", true, "", "/%61pi/x", "/x"},
		{"/api", true, "", "/api//x", "//x"},
		{"/api", false, "/v1", "/api/x", "/v1/x"},
		{"/api", true, "/v1", "/api", "/v1"},
		{"", false, "/app", "/x", "/app/x"},
		{"", false, "/app", "/", "/app/"},
	} {
		route, got := told(t)
		route.Path, route.Strip, route.Target.Path = row.path, row.strip, row.inner
		at := stand(t, Config{}, route)
		c := dial(t, at)
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n", row.sent)
		io.Copy(io.Discard, c)
		r := <-got
		if r.RequestURI != row.want {
			t.Errorf("%+v: the upstream was asked for %s", row, r.RequestURI)
		}
		if prefix := r.Header.Get("X-Forwarded-Prefix"); (row.strip || row.inner != "") && prefix != row.path {
			t.Errorf("%+v: prefix %q", row, prefix)
		}
	}
}

func TestARequestThatComesRoundIsRefusedWithItsWay(t *testing.T) {
	one, two := NewUpstream(limen.Target{Port: 1}), NewUpstream(limen.Target{Port: 1})
	a := stand(t, Config{}, leadTo(t, one))
	b := stand(t, Config{}, leadTo(t, two))
	one.Point(limen.MustParseEndpoint("tcp/" + b))
	two.Point(limen.MustParseEndpoint("tcp/" + a))
	res, body := ask(t, a, "GET", "/", nil, "Via", "1.1 elsewhere (a comment)")
	if res.StatusCode != http.StatusLoopDetected || strings.Count(body, "limen-") != 3 || !strings.Contains(body, "elsewhere") {
		t.Errorf("%s\n%s", res.Status, body)
	}
	if res, _ := ask(t, a, "GET", "/", nil, "Via", strings.Repeat("1.1 limen-aaaaaaaaaa, ", mostHops)); res.StatusCode != http.StatusLoopDetected {
		t.Errorf("many limens: %s", res.Status)
	}
}

func TestAnUpstreamIsAskedForItsOwnHostIfTheRouteSaysSo(t *testing.T) {
	route, got := told(t)
	route.Own = true
	at := stand(t, Config{}, route)
	ask(t, at, "GET", "/", nil)
	if r := <-got; r.Host != route.Target.String() || r.Header.Get("X-Forwarded-Host") != shop {
		t.Errorf("asked for %s, forwarded %s", r.Host, r.Header.Get("X-Forwarded-Host"))
	}
}

func TestWhatLeadsToTheUpstreamLeadsToTheName(t *testing.T) {
	parse := func(s string) limen.Target {
		to, err := limen.ParseTarget(s)
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	for _, row := range []struct {
		route    limen.Route
		to, want string
	}{
		{limen.Route{Target: parse("3000")}, "/login?x#y", "/login?x#y"},
		{limen.Route{Target: parse("3000")}, "http://localhost:3000/login?x#y", "https://shop.localhost:8443/login?x#y"},
		{limen.Route{Target: parse("3000")}, "http://127.0.0.1:3000", "https://shop.localhost:8443"},
		{limen.Route{Target: parse("3000")}, "http://[::1]:3000/", "https://shop.localhost:8443/"},
		{limen.Route{Target: parse("3000")}, "http://0.0.0.0:3000/", "https://shop.localhost:8443/"},
		{limen.Route{Target: parse("3000")}, "http://localhost:3001/", "http://localhost:3001/"},
		{limen.Route{Target: parse("3000")}, "https://bank.example/", "https://bank.example/"},
		{limen.Route{Target: parse("3000")}, "//localhost:3000/x", "//localhost:3000/x"},
		{limen.Route{Target: parse("3000")}, "app://localhost:3000/x", "app://localhost:3000/x"},
		{limen.Route{Target: parse("3000")}, "relative", "relative"},
		{limen.Route{Target: parse("https://api.example.com"), Own: true}, "https://api.example.com/x", "https://shop.localhost:8443/x"},
		{limen.Route{Target: parse("https://api.example.com")}, "https://api.example.com/x", "https://api.example.com/x"},
		{limen.Route{Target: parse("3000"), Path: "/api", Strip: true}, "/login", "/api/login"},
		{limen.Route{Target: parse("3000"), Path: "/api", Strip: true}, "/api/login", "/api/login"},
		{limen.Route{Target: parse("3000/app")}, "/app/login", "/login"},
		{limen.Route{Target: parse("3000/app")}, "/app", "/"},
		{limen.Route{Target: parse("3000/app")}, "/apple", "/apple"},
		{limen.Route{Target: parse("3000/v1"), Path: "/api"}, "http://localhost:3000/v1/x%2Fy", "https://shop.localhost:8443/api/x%2Fy"},
	} {
		b := wayBack{u: NewUpstream(row.route.Target), route: Route{Route: row.route}, host: "shop.localhost:8443", proto: "https"}
		if got := b.location(row.to); got != row.want {
			t.Errorf("%v: %s became %s, want %s", row.route.Target, row.to, got, row.want)
		}
		if _, err := url.Parse(row.want); err != nil {
			t.Error(err)
		}
	}
	for _, row := range []struct {
		route    limen.Route
		to, want string
	}{
		{limen.Route{Target: parse("3000")}, "a=1; Domain=shop.localhost; Path=/", "a=1; Domain=shop.localhost; Path=/"},
		{limen.Route{Target: parse("https://api.example.com"), Own: true}, "a=domain=x; Domain=.example.com; Path=/; Secure", "a=domain=x; Domain=shop.localhost; Path=/; Secure"},
		{limen.Route{Target: parse("https://api.example.com"), Own: true}, "a=1;domain=other.com", "a=1;domain=other.com"},
		{limen.Route{Target: parse("3000/app")}, "a=1; Path=/app; HttpOnly", "a=1; Path=/; HttpOnly"},
		{limen.Route{Target: parse("3000/v1"), Path: "/api"}, "a=1; path=/v1/x", "a=1; path=/api/x"},
	} {
		b := wayBack{u: NewUpstream(row.route.Target), route: Route{Route: row.route}, host: "shop.localhost:8443", proto: "https"}
		if got := b.cookie(row.to); got != row.want {
			t.Errorf("%v: %s became %s, want %s", row.route.Target, row.to, got, row.want)
		}
	}
}

// Whatever an upstream says, what leads elsewhere stays as it is.
func FuzzTheWayBack(f *testing.F) {
	for _, s := range []string{"/", "http://localhost:3000/x?y#z", "//a", "http://[::1]:3000", "https://a:b@c/", "a; Domain=x; Path=/app", "%zz", "/%2f?%"} {
		f.Add(s)
	}
	to := limen.Target{Port: 3000, Path: "/app"}
	b := wayBack{u: NewUpstream(to), route: Route{Route: limen.Route{Path: "/api", Target: to, Own: true}}, host: shop, proto: "https"}
	f.Fuzz(func(t *testing.T, s string) {
		b.cookie(s)
		got := b.location(s)
		u, err := url.Parse(s)
		if got != s && (err != nil || u.Host != "" && !b.isOwn(u)) {
			t.Errorf("%q became %q", s, got)
		}
		if strings.ContainsAny(got, "\r\n") && !strings.ContainsAny(s, "\r\n") {
			t.Errorf("%q became two lines: %q", s, got)
		}
	})
}
