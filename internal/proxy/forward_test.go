package proxy

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

const shop = "shop.localhost"

// lead returns a route of shop.localhost to a target.
func lead(t testing.TB, target string) Route {
	t.Helper()
	to, err := limen.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	return leadTo(t, NewUpstream(to))
}

func leadTo(t testing.TB, u *Upstream) Route {
	t.Cleanup(u.Close)
	return Route{Route: limen.Route{Name: shop, Target: u.target}, Upstream: u}
}

// stand answers for routes, with net/http's own server, and returns where.
func stand(t testing.TB, c Config, routes ...Route) string {
	t.Helper()
	if isShort(t) {
		return standShort(t, c, routes...)
	}
	p := New(c)
	p.Set(routes)
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// behind is a server that a route leads to.
func behind(t testing.TB, h http.HandlerFunc) Route {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return lead(t, s.Listener.Addr().String())
}

// ask asks a front for shop.localhost, and reads all of the answer.
func ask(t testing.TB, at, method, path string, body io.Reader, fields ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+at+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = shop
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == "Host" {
			r.Host = fields[i+1]
		}
		r.Header[fields[i]] = append(r.Header[fields[i]], fields[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(all)
}

// raw is an upstream that gives each connection to a function.
func raw(t testing.TB, talk func(net.Conn)) Route {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				talk(c)
			}()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return lead(t, l.Addr().String())
}

// heard reads a head as it came, and nothing behind it.
func heard(c net.Conn) string {
	var all []byte
	for one := make([]byte, 1); !bytes.HasSuffix(all, []byte("\r\n\r\n")); {
		if n, err := c.Read(one); n == 0 && err != nil {
			break
		}
		all = append(all, one[0])
	}
	return string(all)
}

func TestARequestAndItsAnswerPassUnchanged(t *testing.T) {
	var got *http.Request
	var body []byte
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header()["Set-Cookie"] = []string{"a=1; Path=/", "b=2"}
		w.Header().Set("Server", "theirs")
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "not gzip at all")
	}))
	res, answer := ask(t, at, "POST", "/a%2Fb//c;d?x=%zz&y=|", strings.NewReader("hello"), "Origin", "https://shop.localhost", "Accept-Encoding", "br", "X-Twice", "1", "X-Twice", "2")
	if res.StatusCode != http.StatusTeapot || answer != "not gzip at all" || res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Server") != "theirs" {
		t.Errorf("answer %v %q", res, answer)
	}
	if c := res.Header["Set-Cookie"]; len(c) != 2 || c[0] != "a=1; Path=/" || c[1] != "b=2" {
		t.Errorf("cookies %q", c)
	}
	if _, ok := res.Header["Content-Type"]; ok {
		t.Errorf("a type was guessed: %v", res.Header)
	}
	switch {
	case got.Method != "POST" || string(body) != "hello" || got.Host != shop:
		t.Errorf("request %v %q", got, body)
	case got.RequestURI != "/a%2Fb//c;d?x=%zz&y=|":
		t.Errorf("target %s", got.RequestURI)
	case got.Header.Get("Origin") != "https://shop.localhost" || got.Header.Get("Accept-Encoding") != "br" || len(got.Header["X-Twice"]) != 2:
		t.Errorf("fields %v", got.Header)
	}
}

func TestNothingIsAddedButTheProxysOwnWord(t *testing.T) {
	head := make(chan string, 1)
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		head <- heard(c)
		io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
	}))
	c := dial(t, at)
	io.WriteString(c, "GET /odd|path\"?q HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	read(t, c)
	got := <-head
	_, port, _ := net.SplitHostPort(at)
	_ = port
	want := []string{"GET /odd|path\"?q HTTP/1.1", "Host: shop.localhost", "Forwarded: for=127.0.0.1;host=shop.localhost;proto=http", "Via: 1.1 limen-",
		"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: shop.localhost", "X-Forwarded-Port: 80", "X-Forwarded-Proto: http", "X-Real-Ip: 127.0.0.1"}
	lines := strings.Split(strings.TrimSpace(got), "\r\n")
	if len(lines) != len(want) {
		t.Fatalf("the upstream got\n%s", got)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("%q, want %q", line, want[i])
		}
	}
}

func dial(t testing.TB, at string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// read reads the head of an answer.
func read(t testing.TB, c net.Conn) string { return heard(c) }

func TestAnAnswerOfEachFramingKeepsItsMeaning(t *testing.T) {
	for _, row := range []struct{ answer, status, body string }{
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 OK", "hello"},
		{"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "200 OK", "hello"},
		{"HTTP/1.0 200 OK\r\n\r\nuntil the end", "200 OK", "until the end"},
		{"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nContent-Length: 5\r\n\r\n", "304 Not Modified", ""},
		{"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content", ""},
		{"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/5\r\nContent-Length: 2\r\n\r\nhe", "206 Partial Content", "he"},
		{"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "500 Internal Server Error", ""},
	} {
		at := stand(t, Config{}, raw(t, func(c net.Conn) {
			heard(c)
			io.WriteString(c, row.answer)
		}))
		res, body := ask(t, at, "GET", "/", nil)
		if res.Status != row.status || body != row.body {
			t.Errorf("%q became %s %q", row.answer, res.Status, body)
		}
	}
}

func TestAStatusThatIsNoneIsExplained(t *testing.T) {
	for _, status := range []string{"000", "010", "099"} {
		at := stand(t, Config{}, raw(t, func(c net.Conn) {
			heard(c)
			io.WriteString(c, "HTTP/1.1 "+status+" x\r\nContent-Length: 2\r\n\r\nhi")
		}))
		for _, fields := range [][]string{nil, {"Connection", "upgrade", "Upgrade", "websocket"}} {
			if res, body := ask(t, at, "GET", "/", nil, fields...); res.StatusCode != http.StatusBadGateway || !strings.Contains(body, "is not HTTP") {
				t.Errorf("%s, %q: %s\n%s", status, fields, res.Status, body)
			}
		}
	}
}

func TestOnlySoManyEarlyAnswersArePassedOn(t *testing.T) {
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", mostEarly+50)+"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
	}))
	c := dial(t, at)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n")
	b, err := io.ReadAll(c)
	if n := strings.Count(string(b), " 103 "); n != mostEarly || err != nil || !strings.HasSuffix(string(b), "hi") {
		t.Errorf("%d of them come, and %v", n, err)
	}
}

func TestAHeadHasTheLengthAndNoBody(t *testing.T) {
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "12345") }))
	res, body := ask(t, at, "HEAD", "/", nil)
	if res.ContentLength != 12345 || body != "" {
		t.Errorf("length %d, body %q", res.ContentLength, body)
	}
}

// Whatever part of an answer is missing, no client may take the rest for the
// whole.
func TestACutAnswerIsSeenAsCut(t *testing.T) {
	for _, whole := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 1\r\n\r\n",
	} {
		for n := range len(whole) {
			for _, isReset := range []bool{false, true} {
				route := raw(t, func(c net.Conn) {
					heard(c)
					io.WriteString(c, whole[:n])
					if isReset {
						c.(*net.TCPConn).SetLinger(0)
					}
				})
				at := stand(t, Config{}, route)
				r, _ := http.NewRequest("POST", "http://"+at+"/", nil) // which is not sent twice
				r.Host = shop
				client := http.Client{Transport: &http.Transport{}}
				res, err := client.Do(r)
				if err == nil {
					_, err = io.ReadAll(res.Body)
					res.Body.Close()
				}
				client.CloseIdleConnections()
				if err == nil && res.StatusCode < 500 {
					t.Errorf("%q (reset: %v) became a whole answer: %s", whole[:n], isReset, res.Status)
				}
			}
		}
	}
}

func TestEventsPassAtOnce(t *testing.T) {
	next := make(chan struct{})
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		for i := 0; ; i++ {
			select {
			case <-next:
				fmt.Fprintf(w, "data: %d\n\n", i)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+at+"/", nil)
	r.Host = shop
	res, err := http.DefaultClient.Do(r) // the head comes before any event
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text := bufio.NewReader(res.Body)
	for i := range 5 {
		next <- struct{}{} // the next comes only when this one was read
		line, _ := text.ReadString('\n')
		text.ReadString('\n')
		if line != fmt.Sprintf("data: %d\n", i) {
			t.Fatalf("event %d: %q", i, line)
		}
	}
}

func TestAHeadDoesNotWaitForItsBody(t *testing.T) {
	goOn := make(chan struct{})
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
		<-goOn
		io.WriteString(c, "hello")
	}))
	c := dial(t, at)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if head := read(t, c); !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") {
		t.Errorf("head %q", head)
	}
	close(goOn)
	if b := make([]byte, 5); readFull(c, b) != nil || string(b) != "hello" {
		t.Errorf("body %q", b)
	}
}

func readFull(r io.Reader, b []byte) error { _, err := io.ReadFull(r, b); return err }

func TestTrailersPassBothWays(t *testing.T) {
	sum := make(chan http.Header, 1)
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		io.Copy(io.Discard, r.Body)
		sum <- r.Trailer
		io.WriteString(w, "hello")
		w.Header().Set("X-Sum", "2")
		w.Header().Set(http.TrailerPrefix+"X-Late", "3")
	}))
	c := dial(t, at)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: shop.localhost\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: X-Announced\r\n\r\n5\r\nhello\r\n0\r\nX-Announced: 1\r\nX-Forwarded-For: 6.6.6.6\r\nX-Not: 2\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	if got := <-sum; got.Get("X-Announced") != "1" || got.Get("X-Not") != "2" || got.Get("X-Forwarded-For") != "" {
		t.Errorf("the upstream got trailers %v", got)
	}
	if res.Trailer.Get("X-Sum") != "2" || res.Trailer.Get("X-Late") != "3" {
		t.Errorf("the client got trailers %v", res.Trailer)
	}
}

func TestEarlyHintsPassBeforeTheAnswer(t *testing.T) {
	goOn := make(chan struct{})
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		<-goOn
		w.Header().Del("Link")
		io.WriteString(w, "hello")
	}))
	c := dial(t, at)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if hints := read(t, c); !strings.HasPrefix(hints, "HTTP/1.1 103") || !strings.Contains(hints, "Link: </a.css>") {
		t.Errorf("first %q", hints)
	}
	close(goOn)
	if head := read(t, c); !strings.HasPrefix(head, "HTTP/1.1 200") || strings.Contains(head, "Link") {
		t.Errorf("then %q", head)
	}
	old := dial(t, at)
	io.WriteString(old, "GET / HTTP/1.0\r\nHost: shop.localhost\r\n\r\n")
	if head := read(t, old); !strings.HasPrefix(head, "HTTP/1.0 200") && !strings.HasPrefix(head, "HTTP/1.1 200") {
		t.Errorf("HTTP/1.0 got %q", head)
	}
}

func TestTheUpstreamDecidesWhetherABodyIsSent(t *testing.T) {
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		head := heard(c)
		switch {
		case !strings.Contains(head, "Expect: 100-continue\r\n"):
			io.WriteString(c, "HTTP/1.1 500 No Expect\r\nContent-Length: 0\r\n\r\n")
		case strings.HasPrefix(head, "PUT /no"):
			io.WriteString(c, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		default:
			io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			b := make([]byte, 5)
			io.ReadFull(c, b)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%s", b)
		}
	}))
	for _, row := range []struct{ path, first string }{{"/no", "HTTP/1.1 401"}, {"/yes", "HTTP/1.1 100"}} {
		c := dial(t, at)
		fmt.Fprintf(c, "PUT %s HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", row.path)
		if got := read(t, c); !strings.HasPrefix(got, row.first) {
			t.Fatalf("%s: %q", row.path, got)
		}
		if row.path == "/yes" {
			io.WriteString(c, "hello")
			if got := read(t, c); !strings.HasPrefix(got, "HTTP/1.1 200") {
				t.Errorf("then %q", got)
			}
		}
	}
}

func TestAnEarlyAnswerReachesWhoIsStillSending(t *testing.T) {
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmuch")
	}))
	for range 20 {
		c := dial(t, at)
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: %d\r\n\r\n", 1<<30)
		go io.Copy(c, io.LimitReader(nothing{}, 8<<20))
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("%v %v", res, err)
		}
		if b, _ := io.ReadAll(res.Body); !bytes.Equal(b, []byte("much")) {
			t.Errorf("body %q", b)
		}
		c.Close()
	}
}

// nothing is zeros without end.
type nothing struct{}

func (nothing) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestAnUpstreamIsToldThatTheClientIsGone(t *testing.T) {
	came, gone := make(chan struct{}), make(chan struct{})
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		close(came)
		<-r.Context().Done()
		close(gone)
	}))
	ctx, leave := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+at+"/", nil)
	r.Host = shop
	go func() { <-came; leave() }()
	if _, err := http.DefaultClient.Do(r); err == nil {
		t.Error("there was an answer")
	}
	<-gone
}

func TestAnUpstreamThatDiesWhileTheClientPausesIsTold(t *testing.T) {
	at := stand(t, Config{}, raw(t, func(c net.Conn) { heard(c) })) // which then closes
	c := dial(t, at)
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10\r\n\r\nhello") // and no more
	if got := read(t, c); !strings.HasPrefix(got, "HTTP/1.1 502") {
		t.Errorf("%q", got)
	}
}

func addrPort(t testing.TB, l net.Listener) netip.AddrPort {
	return netip.MustParseAddrPort(l.Addr().String())
}
