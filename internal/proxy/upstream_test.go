package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestAServerAtEitherLoopbackIsReached(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		l := listenAt(t, at)
		serveOn(t, l, func(w http.ResponseWriter, r *http.Request) {})
		front := stand(t, Config{}, lead(t, fmt.Sprint(addrPort(t, l).Port())))
		if res, body := ask(t, front, "GET", "/", nil); res.StatusCode != 200 {
			t.Errorf("%s: %s %s", at, res.Status, body)
		}
	}
}

func TestThePlaceThatWorkedIsTriedFirst(t *testing.T) {
	u := NewUpstream(limen.Target{Port: 3000})
	u.reached(either(3000)[1])
	if got := fmt.Sprint(u.addresses()); got != "[[::1]:3000 127.0.0.1:3000]" {
		t.Error(got)
	}
}

// Meanwhile the port's other loopback address may be another user's.
func TestAServerThatComesBackIsAskedAgain(t *testing.T) {
	say := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s) }
	}
	first := listenAt(t, "[::1]:0")
	port := addrPort(t, first).Port()
	one := serveOn(t, first, say("owner"))
	at := stand(t, Config{}, lead(t, fmt.Sprint(port)))
	expect := func(want string) {
		t.Helper()
		for range 2 { // the second time on the same connection, where that is kept
			if _, body := ask(t, at, "GET", "/", nil); body != want {
				t.Errorf("%q answers, and not %q", body, want)
			}
		}
	}
	expect("owner")
	one.Close()
	serveOn(t, listenAt(t, fmt.Sprintf("127.0.0.1:%d", port)), say("other"))
	expect("other")
	serveOn(t, listenAt(t, fmt.Sprintf("[::1]:%d", port)), say("owner"))
	expect("owner")
}

func TestAUnixSocketIsReached(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, func(w http.ResponseWriter, r *http.Request) {})
	if res, _ := ask(t, stand(t, Config{}, lead(t, "unix:"+path)), "GET", "/", nil); res.StatusCode != 200 {
		t.Error(res.Status)
	}
}

func TestAnUpstreamThatMovedIsAskedWhereItIs(t *testing.T) {
	name := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s) }
	}
	one, two := listenAt(t, "127.0.0.1:0"), listenAt(t, "127.0.0.1:0")
	serveOn(t, one, name("one"))
	serveOn(t, two, name("two"))
	u := NewUpstream(limen.Target{Route: "shop.localhost"})
	at := stand(t, Config{}, leadTo(t, u))
	for i, l := range []net.Listener{one, two, one} {
		u.Point(limen.Endpoint{Transport: limen.TCP, Addr: addrPort(t, l)})
		if _, body := ask(t, at, "GET", "/", nil); body != []string{"one", "two", "one"}[i] {
			t.Errorf("%d: %s", i, body)
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	at := stand(t, Config{}, lead(t, s.Listener.Addr().String()))
	for range 10 {
		ask(t, at, "GET", "/", nil)
	}
	if opened.Load() != 1 {
		t.Errorf("%d connections", opened.Load())
	}
}

// overTLS is a server that speaks it, and whatever it does for plain HTTP.
func overTLS(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestAnUpstreamThatSpeaksTLSIsFoundOut(t *testing.T) {
	var names []string
	target := overTLS(t, func(w http.ResponseWriter, r *http.Request) {
		names = append(names, r.TLS.ServerName)
		io.Copy(w, r.Body)
	})
	rows := []Route{lead(t, target), lead(t, "https://"+target)}
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS()
	config := &tls.Config{Certificates: cert.TLS.Certificates}
	cert.Close()
	for _, mute := range []string{"", "\x15\x03\x01\x00\x02\x02\x46"} { // as Node and OpenSSL do
		l := listenAt(t, "127.0.0.1:0")
		serveOn(t, &secretive{Listener: l, config: config, says: mute}, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
		rows = append(rows, lead(t, l.Addr().String()))
	}
	for i, route := range rows {
		at := stand(t, Config{}, route)
		for _, method := range []string{"POST", "GET"} {
			if res, body := ask(t, at, method, "/", strings.NewReader("hello")); res.StatusCode != 200 || body != "hello" {
				t.Errorf("%d: %s %s: %s", i, method, res.Status, body)
			}
		}
	}
	if fmt.Sprint(names) != "[shop.localhost shop.localhost shop.localhost shop.localhost]" {
		t.Errorf("asked for %v", names)
	}
}

// A secretive listener speaks TLS, and ends a connection that does not.
type secretive struct {
	net.Listener
	config *tls.Config
	says   string // before it ends it
}

func (s *secretive) Accept() (net.Conn, error) {
	for {
		c, err := s.Listener.Accept()
		if err != nil {
			return nil, err
		}
		first := make([]byte, 1)
		if io.ReadFull(c, first); first[0] == 0x16 { // a handshake (RFC 8446, section 5.1)
			return tls.Server(&wire{c, first}, s.config), nil
		}
		io.CopyN(io.Discard, c, 100)
		io.WriteString(c, s.says)
		c.Close()
	}
}

func TestAnUpstreamThatStopsSpeakingTLSIsFoundOut(t *testing.T) {
	l := listenAt(t, free(t))
	s := serveOn(t, l, func(http.ResponseWriter, *http.Request) {})
	route := lead(t, l.Addr().String())
	route.Upstream.learn(mannerUnknown, mannerTLS) // which it did until now
	if res, body := ask(t, stand(t, Config{}, route), "GET", "/", nil); res.StatusCode != 200 {
		t.Errorf("%s %s", res.Status, body)
	}
	s.Close()
}

func TestWhatIsWrongWithAnUpstreamIsSaid(t *testing.T) {
	plain := behind(t, func(http.ResponseWriter, *http.Request) {}).Target.String()
	secret := overTLS(t, func(http.ResponseWriter, *http.Request) {})
	silent := raw(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	silent.Upstream.patience = time.Millisecond
	for _, row := range []struct {
		name  string
		route Route
		want  string
	}{
		{"plain for TLS", lead(t, "https://"+plain), "speaks no tls"},
		{"SSH", raw(t, func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n"); heard(c) }), "is not http"},
		{"a head without end", raw(t, func(c net.Conn) {
			heard(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			io.Copy(c, io.LimitReader(nothing{}, mostHead+1))
		}), "is not http"},
		{"silence", silent, "says nothing"},
		{"an end", raw(t, func(c net.Conn) { c.Read(make([]byte, 1<<10)) }), "ended the connection"},
		{"nobody", lead(t, free(t)), "nothing listens"},
		{"no socket", lead(t, "unix:/nonexistent/s"), "nothing listens"},
	} {
		res, body := ask(t, stand(t, Config{Patience: time.Millisecond}, row.route), "GET", "/", nil, "Accept", "text/html")
		if res.StatusCode < 500 || !strings.Contains(strings.ToLower(body), row.want) {
			t.Errorf("%s: %s\n%s", row.name, res.Status, body)
		}
	}
	// Go answers 400 in the clear, which for a target that says http:// is an answer.
	if res, _ := ask(t, stand(t, Config{}, lead(t, "http://"+secret)), "GET", "/", nil); res.StatusCode != 400 {
		t.Errorf("TLS for plain: %s", res.Status)
	}
}

// calls is a server of gRPC as far as HTTP is concerned: it answers each
// message as it comes, and ends with trailers.
func calls(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor != 2 || r.Header.Get("Te") != "trailers" {
		http.Error(w, "this is no gRPC", 500)
		return
	}
	w.Header().Set("Content-Type", "application/grpc")
	if r.URL.Path == "/refused" {
		w.Header().Set("Grpc-Status", "7")
		return
	}
	w.Header().Set("Trailer", "Grpc-Status")
	w.(http.Flusher).Flush()
	for b := make([]byte, 5); ; {
		if _, err := io.ReadFull(r.Body, b); err != nil {
			break
		}
		w.Write(b)
		w.(http.Flusher).Flush()
	}
	w.Header().Set("Grpc-Status", "0")
}

func TestCallsOfGRPCPassAsStreams(t *testing.T) {
	plain := httptest.NewUnstartedServer(http.HandlerFunc(calls))
	plain.Config.Protocols = new(http.Protocols)
	plain.Config.Protocols.SetUnencryptedHTTP2(true)
	plain.Start()
	t.Cleanup(plain.Close)
	two := &http.Transport{Protocols: new(http.Protocols)}
	two.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(two.CloseIdleConnections)
	for _, target := range []string{plain.Listener.Addr().String(), "h2c://" + plain.Listener.Addr().String(), overTLS(t, calls)} {
		at := standByTwo(t, lead(t, target))
		call := func(path string, body io.Reader) *http.Response {
			r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://"+at+path, body)
			r.Host = shop
			r.Header.Set("Content-Type", "application/grpc")
			r.Header.Set("Te", "trailers")
			res, err := two.RoundTrip(r)
			if err != nil {
				t.Fatalf("%s: %v", target, err)
			}
			return res
		}
		in, say := io.Pipe()
		res := call("/", in)
		for range 3 {
			io.WriteString(say, "hello")
			if b := make([]byte, 5); readFull(res.Body, b) != nil || string(b) != "hello" {
				t.Fatalf("%s: %q, %s", target, b, res.Status)
			}
		}
		say.Close()
		if rest, err := io.ReadAll(res.Body); err != nil || len(rest) > 0 || res.Trailer.Get("Grpc-Status") != "0" {
			t.Errorf("%s: at the end %q %v %v", target, rest, err, res.Trailer)
		}
		res = call("/refused", strings.NewReader("hello"))
		res.Body.Close()
		if res.Header.Get("Grpc-Status") != "7" {
			t.Errorf("%s: %v", target, res.Header)
		}
	}
}

func TestACallThatIsBrokenOffIsSeenAsSuch(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	at := standByTwo(t, lead(t, "h2c://"+s.Listener.Addr().String()))
	two := &http.Transport{Protocols: new(http.Protocols)}
	two.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(two.CloseIdleConnections)
	r, _ := http.NewRequestWithContext(context.Background(), "POST", "http://"+at, strings.NewReader("x"))
	r.Host = shop
	res, err := two.RoundTrip(r)
	if err == nil {
		_, err = io.ReadAll(res.Body)
	}
	if err == nil {
		t.Error("half an answer became a whole one")
	}
}
