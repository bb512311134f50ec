package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// asked returns what a proxy answers whose only route leads to an upstream.
func asked(t *testing.T, u *Upstream, fields ...string) *http.Response {
	t.Helper()
	p := New(Config{Patience: 1})
	p.Set([]Route{{limen.Route{Name: "shop.test", Target: limen.Target{Port: 3000}, Source: limen.RouteTyped}, u}})
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "shop.test"
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// upstreamOf is an upstream of a real server, wherever that listens.
func upstreamOf(t *testing.T, s *httptest.Server) *Upstream {
	t.Helper()
	u := NewUpstream(limen.Target{Port: 3000})
	t.Cleanup(u.Close)
	u.Point(limen.Endpoint{Transport: limen.TCP, Addr: netip.MustParseAddrPort(s.Listener.Addr().String())})
	return u
}

func TestARefusalIsHeededOnItsWayThrough(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "Invalid Host header")
	}))
	t.Cleanup(server.Close)
	program := asked(t, upstreamOf(t, server))
	if body := bodyOf(t, program); program.StatusCode != http.StatusForbidden || body != "Invalid Host header" || !strings.Contains(program.Header.Get("Limen-Hint"), `devServer: { allowedHosts: ["shop.test"] },`) {
		t.Errorf("a program gets %d %q with %v", program.StatusCode, body, program.Header)
	}
	browser := asked(t, upstreamOf(t, server), "Sec-Fetch-Dest", "document")
	if body := bodyOf(t, browser); browser.StatusCode != http.StatusForbidden || !strings.Contains(body, "<h1>webpack-dev-server refused the name shop.test</h1>") || browser.Header.Get("Set-Cookie") != "" {
		t.Errorf("a browser gets %d %q with %v", browser.StatusCode, body, browser.Header)
	}
}

func TestWhatDoesNotAnswerIsExplainedOnTheWay(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	nettest.Bind(t, "tcp", closed.Listener.Addr().String()) // or the proxy might get that port
	cutting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(cutting.Close)
	for _, c := range []struct {
		what string
		u    *Upstream
		want string
	}{
		{"nowhere", NewUpstream(limen.Target{Port: 3000}), "502 nothing listens at port 3000"},
		{"a server that has ended", upstreamOf(t, closed), "502 nothing listens at port 3000"},
		{"a server that hangs up", upstreamOf(t, cutting), "502 port 3000 ended the connection before it answered"},
	} {
		answer := asked(t, c.u)
		_, why, _ := strings.Cut(bodyOf(t, answer), "\nwhy:  ")
		why, _, _ = strings.Cut(why, "\n")
		if got := answer.Status[:4] + why; got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// What a path means is told by what is sent on, byte for byte.
func TestARouteSeesTheSamePathAsItsUpstream(t *testing.T) {
	seen := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { seen <- r.RequestURI }))
	t.Cleanup(server.Close)
	closed := NewUpstream(limen.Target{Port: 3000})
	p := New(Config{Patience: 1})
	p.Set([]Route{
		{limen.Route{Name: "shop.test", Source: limen.RouteTyped}, closed},
		{limen.Route{Name: "shop.test", Path: "/api", Strip: true, Source: limen.RouteTyped}, upstreamOf(t, server)},
	})
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	for sent, want := range map[string]string{
		"/api":               "/",
		"/api/orders?a=%zz":  "/orders?a=%zz",
		"/%61p%69/or%2Fders": "/or%2Fders",
		"/api/a/../b":        "/a/../b",
		"/api//x":            "//x",
		"/apix":              "502",
		"/api%2Fx":           "502",
		"/api/../x":          "502",
		"/x/../api/y":        "400",
		"/api/a/..%2F../b":   "400",
		`/api/..\b`:          "400",
	} {
		c, err := net.Dial("tcp", front.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, "GET "+sent+" HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
		got := answer.Status[:3]
		if got == "200" {
			got = <-seen
		}
		if got != want {
			t.Errorf("%s is seen as %s, want %s", sent, got, want)
		}
		c.Close()
	}
}
