package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// upstream is another server, at a port of this machine.
func upstream(t testing.TB, h http.HandlerFunc) (port string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

func TestAPathIsAnsweredByAnotherServer(t *testing.T) {
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.RequestURI, body)
	})
	for _, c := range []struct{ proxy, method, path, want string }{
		{"/api=" + port, "GET", "/api", "GET /api "},
		{"/api=" + port, "GET", "/api/users?b=1&a=%2F", "GET /api/users?b=1&a=%2F "},
		{"/api=" + port, "POST", "/api/users", "POST /api/users body"},
		{"/api=" + port, "DELETE", "/api/a%2Fb/%20c", "DELETE /api/a%2Fb/%20c body"},
		{"/api=" + port, "GET", "/api//twice", "GET /api//twice "},
		{"/api=" + port + "/", "GET", "/api/users", "GET /users "},
		{"/api=" + port + "/", "GET", "/api", "GET / "},
		{"/api=127.0.0.1:" + port + "/v1/", "GET", "/api/a%2Fb", "GET /v1/a%2Fb "},
		{"/api=http://127.0.0.1:" + port + "/v1", "GET", "/api/users?x", "GET /v1/users?x "},
		{"/=" + port, "GET", "/nothing", "GET /nothing "},
		{"/=" + port, "GET", "/a.txt", "a file"},
		{"/=" + port, "POST", "/a.txt", "POST /a.txt body"},
		{"/api=" + port, "GET", "/apix", "not found: nothing in this folder has this name\n"},
	} {
		w := serveWorld(t, Config{Beside: Beside{Proxies: []string{c.proxy}}}, map[string]string{"a.txt": "a file"})
		body := "body"
		if c.method == "GET" {
			body = ""
		}
		if _, got := w.ask(c.method, c.path, body); got != c.want {
			t.Errorf("%s: %s %s is %q; want %q", c.proxy, c.method, c.path, got, c.want)
		}
	}
}

func TestNoNameLeadsOutOfAProxy(t *testing.T) {
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "reached") })
	address, _ := listening(t, Config{Root: t.TempDir(), Beside: Beside{Proxies: []string{"/api=" + port}}})
	for _, path := range []string{"/api/../admin", "/api/%2e%2e/admin", "/api/a%2Fb/../../admin", "/api/a%2f..%2f..%2fadmin", `/api/a%5c..%5cadmin`, "/api/%00%2f"} {
		if got := raw(t, address, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// raw sends bytes and returns all that comes back, whether or not the
// connection ends as it should.
func raw(t testing.TB, address, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(c)
	return string(b)
}

func TestAnotherServerLearnsWhoAskedAndNothingOfTheConnection(t *testing.T) {
	var got http.Header
	var host string
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		got, host = r.Header.Clone(), r.Host
		w.Header().Set("Connection", "X-Hop")
		w.Header().Set("X-Hop", "1")
		w.Header().Set("Keep-Alive", "timeout=5")
		w.Header().Set("X-Kept", "1")
	})
	w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + port + "/"}}, Token: "the-token"}, nil)
	answer, _ := w.ask("GET", "/api/x", "", "Connection: X-Private", "X-Private: 1", "Te: gzip", "Proxy-Authorization: Basic x", "X-Forwarded-For: 192.0.2.1", "X-Own: 1",
		"Cookie: limen-8008=mark; mine=1", "Authorization: Bearer the-token")
	want := http.Header{
		"Accept-Encoding": {"gzip"}, "User-Agent": {"Go-http-client/1.1"}, "X-Own": {"1"}, "Cookie": {"mine=1"}, "X-Forwarded-For": {"127.0.0.1"},
		"X-Forwarded-Host": {strings.TrimPrefix(w.url, "http://")}, "X-Forwarded-Proto": {"http"}, "X-Forwarded-Prefix": {"/api"},
	}
	if !strings.HasPrefix(got.Get("Via"), "1.1 limen-") {
		t.Errorf("Via is %q", got.Get("Via"))
	}
	got.Del("Via")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if "http://"+host != w.url {
		t.Errorf("a server on this machine was asked as %q; want the name that the browser knows", host)
	}
	if h := answer.Header; h.Get("X-Hop") != "" || h.Get("Keep-Alive") != "" || h.Get("X-Kept") != "1" {
		t.Errorf("the answer has %v", h)
	}
}

func TestARedirectOfAnotherServerLeadsHere(t *testing.T) {
	for _, c := range []struct{ target, top, location, want string }{
		{"3000", "/api", "http://localhost:3000/api/login?next=%2F#x", "/api/login?next=%2F#x"},
		{"3000", "/api", "http://127.0.0.1:3000/api/login", "/api/login"},
		{"3000", "/api", "http://site:8008/api/login", "/api/login"},
		{"3000", "/api", "http://localhost:4000/x", "http://localhost:4000/x"},
		{"3000", "/api", "https://example.com/x", "https://example.com/x"},
		{"3000/", "/api", "http://localhost:3000/login", "/api/login"},
		{"3000/", "/api", "/login", "/api/login"},
		{"3000/", "/api", "login", "login"},
		{"3000/v1", "/api", "/v1/login", "/api/login"},
		{"3000/v1", "/api", "/other", "/other"},
		{"3000/", "/api", "//localhost:3000//evil.example/", "/api//evil.example/"},
		{"3000", "/api", "http://localhost:3000//evil.example/", "/evil.example/"},
		{"http://example.com", "/api", "https://example.com/x", "https://example.com/x"},
		{"http://example.com", "/api", "http://EXAMPLE.com/x", "/x"},
	} {
		to, err := parseTarget(c.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := to.back(c.location, c.top, "site:8008"); got != c.want {
			t.Errorf("%s=%s: a redirect to %s leads to %s; want %s", c.top, c.target, c.location, got, c.want)
		}
	}
}

func TestARequestThatComesBackIsALoop(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s, err := New(Config{Root: t.TempDir(), Beside: Beside{Proxies: []string{"/api=" + port}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	answer, body := fetch(t, "http://"+l.Addr().String()+"/api/x")
	if answer.StatusCode != http.StatusLoopDetected || !strings.Contains(body, "came back") {
		t.Errorf("it is %d %q", answer.StatusCode, body)
	}
	end()
	if err := errors.Join(s.Close(), <-ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBothLoopbacksAreTried(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Skipf("this machine has no %s: %v", address, err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "here") })}
		go server.Serve(l)
		defer server.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + port}}}, nil)
		if _, got := w.ask("GET", "/api", ""); got != "here" {
			t.Errorf("a server on %s alone: %q", address, got)
		}
	}
}

func TestWhyThereIsNoAnswerIsSaidInTheFormThatIsRead(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close() // the port is nobody's now
	w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + port}}}, nil)
	text := "cannot reach http://localhost:" + port + "\nwhy:  nothing listens at http://localhost:" + port + "\nnext: start it, and load this again; limen why " + port + " says what is at the port\n"
	if answer, got := w.ask("GET", "/api", ""); answer.StatusCode != http.StatusBadGateway || got != text {
		t.Errorf("as text: %d %q", answer.StatusCode, got)
	}
	answer, got := w.ask("GET", "/api", "", "Accept: application/json")
	var told struct {
		Error struct{ Kind, What, Why, Next string }
	}
	if err := json.Unmarshal([]byte(got), &told); err != nil || answer.Header.Get("Content-Type") != "application/json" || told.Error.Kind != "not-found" || told.Error.Next == "" {
		t.Errorf("as JSON: %q, %v", got, err)
	}
	answer, got = w.ask("GET", "/api", "", "Accept: text/html")
	if answer.Header.Get("Content-Type") != "text/html; charset=utf-8" || answer.Header.Get("Content-Security-Policy") == "" || !strings.Contains(got, "<h1>cannot reach") {
		t.Errorf("as a page: %q", got)
	}
}

func TestWhatIsWrongWithAnotherServerIsExplained(t *testing.T) {
	silent := func(answer string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Read(make([]byte, 4096))
				io.WriteString(c, answer)
				c.Close()
			}
		}()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		return port
	}
	for want, target := range map[string]string{
		"ended the connection before it answered": silent(""),
		"is not HTTP":   silent("220 mail.example ESMTP\r\n"),
		"speaks no TLS": "https://localhost:" + silent("HTTP/1.1 400 Bad Request\r\n\r\n"),
	} {
		w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + target}}}, nil)
		if answer, got := w.ask("GET", "/api", ""); answer.StatusCode != http.StatusBadGateway || !strings.Contains(got, want) {
			t.Errorf("%d %q; want that it says %q", answer.StatusCode, got, want)
		}
	}
}

func TestWhatComesGoesOnAtOnce(t *testing.T) {
	read := make(chan bool)
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first\n")
		http.NewResponseController(w).Flush()
		<-read // comes only if the client has the first line before there is a second
		io.WriteString(w, "second\n")
	})
	w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + port}, Record: t.TempDir() + "/x.har"}}, nil)
	answer, err := http.Get(w.url + "/api")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	first, err := lines.ReadString('\n')
	close(read)
	second, err2 := lines.ReadString('\n')
	if first != "first\n" || second != "second\n" || err != nil || err2 != nil {
		t.Errorf("%q, %q: %v, %v", first, second, err, err2)
	}
}

// frame is a text in one frame of a WebSocket, masked as clients mask theirs
// (RFC 6455, 5.2 and 5.3).
func frame(text string) []byte {
	mask := [4]byte{1, 2, 3, 4}
	b := append([]byte{0x81, 0x80 | byte(len(text))}, mask[:]...)
	for i := range len(text) {
		b = append(b, text[i]^mask[i%4])
	}
	return b
}

// readFrame reads a short frame, masked or not.
func readFrame(r *bufio.Reader) (string, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", err
	}
	mask := make([]byte, 4*int(head[1]>>7))
	text := make([]byte, head[1]&0x7f)
	if _, err := io.ReadFull(r, mask); err != nil {
		return "", err
	}
	if _, err := io.ReadFull(r, text); err != nil {
		return "", err
	}
	for i := range text {
		if len(mask) > 0 {
			text[i] ^= mask[i%4]
		}
	}
	return string(text), nil
}

func TestAWebSocketGoesThroughAndEndsWithTheServer(t *testing.T) {
	gone := make(chan error, 1)
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Sec-Websocket-Key") == "" {
			t.Errorf("the request has %v", r.Header)
		}
		c, b, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
		for {
			text, err := readFrame(b.Reader)
			if err != nil {
				gone <- err
				return
			}
			c.Write(append([]byte{0x81, byte(len(text))}, text...))
		}
	})
	root := t.TempDir()
	seen := make(chan int, 1)
	address, stop := listening(t, Config{Root: root, Beside: Beside{Proxies: []string{"/ws=" + port}, Record: t.TempDir() + "/x.har"}, Tell: tellStatuses(seen)})
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /ws/chat HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", address, address)
	in := bufio.NewReader(c)
	answer, err := http.ReadResponse(in, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", answer, err)
	}
	for _, text := range []string{"one", "", strings.Repeat("x", 125)} {
		c.Write(frame(text))
		if got, err := readFrame(in); got != text || err != nil {
			t.Errorf("%q came back as %q, %v", text, got, err)
		}
	}
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-gone // the other server sees that it is over
	if status := <-seen; status != http.StatusSwitchingProtocols {
		t.Errorf("the log says %d", status)
	}
}

func TestWhatCannotBeProxiedIsRefused(t *testing.T) {
	for typed, want := range map[string]error{
		"/api": errNoTarget, "/api=": errNoTarget, "api=3000": errNoPath, "3000": errNoTarget, "/_limen/x=3000": errOwnPath, "/_limen=3000": errOwnPath,
		"/../x=3000": errDotDot, "/a=b": errTarget, "/a=ftp://x/": errTarget, "/a=http://u:p@x/": errTarget, "/a=http://x/?q": errTarget, "/a=http://": errTarget, "/a=/tmp": errTarget,
	} {
		if _, _, err := parseProxy(typed); !errors.Is(err, want) {
			t.Errorf("parseProxy(%q) is %v; want %v", typed, err, want)
		}
	}
	for _, typed := range [][]string{{"/a=0"}, {"/a=65536"}, {"/a=99999999999999999999"}, {"/a=1", "/a/=2"}} {
		if s, err := New(Config{Root: t.TempDir(), Beside: Beside{Proxies: typed}}); err == nil {
			s.Close()
			t.Errorf("%q is taken", typed)
		}
	}
}

func FuzzParseProxy(f *testing.F) {
	for _, s := range []string{"/api=3000", "/=localhost:1/", "/a=https://[::1]:443/x", "/a=http://x.localhost", "/%2561=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		path, to, err := parseProxy(typed)
		if err != nil {
			return
		}
		if !strings.HasPrefix(path, "/") || isBelow(path, ownPath) {
			t.Fatalf("%q is for %q", typed, path)
		}
		u, err := url.Parse(to.String() + "/")
		if err != nil || u.Host != to.host || u.User != nil {
			t.Fatalf("%q leads to %q: %v", typed, to, err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path, r.RequestURI = path+"/x", "/elsewhere"
		to.setPath(u, path, r)
		if !strings.HasPrefix(u.EscapedPath(), "/") {
			t.Fatalf("%q asks for %q", typed, u.EscapedPath())
		}
	})
}
