package resend

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// fieldsOf reads lines as fields.
func fieldsOf(lines ...string) (all []limen.Field) {
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		all = append(all, limen.Field{Name: name, Value: value})
	}
	return all
}

// raw answers one connection with a text, and returns where, and what it was sent.
func raw(t *testing.T, answer string) (at string, got func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	sent := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		io.WriteString(c, answer)
		c.(*net.TCPConn).CloseWrite()
		text, _ := io.ReadAll(c)
		sent <- string(text)
	}()
	return l.Addr().String(), func() string { return <-sent }
}

func to(at string) Way {
	return Way{Dial: func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", at) }}
}

const done = "HTTP/1.1 204 No Content\r\n\r\n"

func TestARequestIsSentAsItWasWritten(t *testing.T) {
	for name, c := range map[string]struct {
		request Request
		want    string
	}{
		"fields in their order, as they were written": {
			Request{Method: "GET", Target: "/a%2Fb?x=1&&", Fields: fieldsOf("host: shop.localhost", "x-B: 2", "X-a: 1", "x-b: 3", "Empty: ")},
			"GET /a%2Fb?x=1&& HTTP/1.1\r\nhost: shop.localhost\r\nx-B: 2\r\nX-a: 1\r\nx-b: 3\r\nEmpty: \r\nConnection: close\r\n\r\n",
		},
		"without what was about its connection": {
			Request{Method: "GET", Target: "/", Fields: fieldsOf("Host: x", "Connection: keep-alive, X-Hop, Cookie", "X-Hop: 1", "Cookie: a=b", "Keep-Alive: 5", "TE: gzip, trailers", "Upgrade: h2c", "HTTP2-Settings: AA")},
			"GET / HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nTE: trailers\r\nConnection: TE, close\r\n\r\n",
		},
		"with the length that its body has now": {
			Request{Method: "POST", Target: "*", Fields: fieldsOf("content-length: 100", "Host: x", "Content-Length: 100"), Body: []byte("abc")},
			"POST * HTTP/1.1\r\ncontent-length: 3\r\nHost: x\r\nConnection: close\r\n\r\nabc",
		},
		"with a body that had none before": {
			Request{Method: "PUT", Target: "/", Fields: fieldsOf("Host: x"), Body: []byte("abc")},
			"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		},
		"in chunks, with trailers": {
			Request{Method: "POST", Target: "/", Fields: fieldsOf("Host: x", "Transfer-Encoding: chunked", "Trailer: Sum"), Body: bytes.Repeat([]byte("a"), chunk+1), Trailers: fieldsOf("Sum: 1")},
			"POST / HTTP/1.1\r\nHost: x\r\nTrailer: Sum\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n8000\r\n" + strings.Repeat("a", chunk) + "\r\n1\r\na\r\n0\r\nSum: 1\r\n\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			at, got := raw(t, done)
			from, err := Send(t.Context(), to(at), c.request)
			if err != nil || !from.IsValid() {
				t.Fatalf("%v, %v", from, err)
			}
			if diff := cmp.Diff(c.want, got()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsMoreThanOneRequestIsNotSent(t *testing.T) {
	nobody := Way{Dial: func(context.Context) (net.Conn, error) { t.Error("it was sent"); return nil, io.EOF }}
	for _, r := range []Request{
		{Method: "", Target: "/"}, {Method: "GET /", Target: "/"}, {Method: "GET", Target: ""}, {Method: "GET", Target: "x"},
		{Method: "GET", Target: "/ HTTP/1.1\r\n"}, {Method: "GET", Target: "/\x00"},
		{Method: "GET", Target: "/", Fields: fieldsOf("A b: c")}, {Method: "GET", Target: "/", Fields: fieldsOf(": c")},
		{Method: "GET", Target: "/", Fields: fieldsOf("A: b\r\nC: d")}, {Method: "GET", Target: "/", Trailers: fieldsOf("A: b\nC: d")},
	} {
		if _, err := Send(t.Context(), nobody, r); err == nil {
			t.Errorf("%+v is sent", r)
		}
	}
}

func TestAnAnswerIsTakenToItsEnd(t *testing.T) {
	for answer, isWhole := range map[string]bool{
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc": true,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n":                                              true,
		"HTTP/1.1 200 OK\r\n\r\nup to the end":                         true,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n":       true,
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab":               false,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab": false,
		"": false, "SSH-2.0-x\r\n": false,
	} {
		at, _ := raw(t, answer)
		from, err := Send(t.Context(), to(at), Request{Method: "GET", Target: "/", Fields: fieldsOf("Host: x")})
		if (err == nil) != isWhole || !from.IsValid() {
			t.Errorf("%q: %v, %v", answer, from, err)
		}
	}
}

func TestNobodyWaitsForAServerThatSaysNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := to(l.Addr().String())
	w.Silent = time.Millisecond
	if _, err := Send(t.Context(), w, Request{Method: "GET", Target: "/"}); err == nil {
		t.Error("there was an answer")
	}
	ctx, stop := context.WithCancel(t.Context())
	w = to(l.Addr().String())
	dial := w.Dial
	w.Dial = func(ctx context.Context) (net.Conn, error) {
		defer stop()
		return dial(ctx)
	}
	if _, err := Send(ctx, w, Request{Method: "GET", Target: "/"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	gone := to("127.0.0.1:1")
	if from, err := Send(t.Context(), gone, Request{Method: "GET", Target: "/"}); err == nil || from != (netip.AddrPort{}) {
		t.Errorf("%v, %v", from, err)
	}
}

func TestARequestOfHTTP2IsSentByHTTP2(t *testing.T) {
	body := bytes.Repeat([]byte{0, 1, 0xff}, 100_000)
	var got string
	var sent []byte
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ = io.ReadAll(r.Body)
		got = fmt.Sprintf("%s %s %s %s %q %q %d %v %v", r.Proto, r.Method, r.RequestURI, r.Host, r.Header["X-A"], r.Header["User-Agent"], r.ContentLength, r.Header["Te"], r.Trailer)
	})
	for _, isSecret := range []bool{false, true} {
		s := httptest.NewUnstartedServer(handler)
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetHTTP2(true)
		s.Config.Protocols.SetUnencryptedHTTP2(true)
		if isSecret {
			s.TLS = &tls.Config{NextProtos: []string{"h2"}}
			s.StartTLS()
		} else {
			s.Start()
		}
		w := to(s.Listener.Addr().String())
		w.Secret, w.Name = isSecret, "shop.localhost"
		r := Request{
			Method: "POST", Target: "//a/%2F?x", Two: true, Body: body, Trailers: fieldsOf("sum: 1"),
			Fields: fieldsOf("host: shop.localhost", "x-a: 1", "x-a: 2", "te: trailers", "connection: close"),
		}
		if _, err := Send(t.Context(), w, r); err != nil {
			t.Fatal(err)
		}
		if want := `HTTP/2.0 POST //a/%2F?x shop.localhost ["1" "2"] [] -1 [trailers] map[Sum:[1]]`; got != want || !bytes.Equal(sent, body) {
			t.Errorf("TLS %v: got %s and %d bytes, want %s", isSecret, got, len(sent), want)
		}
		r.Trailers, r.Target, r.Fields = nil, "/x", append(r.Fields, fieldsOf("content-length: 7", "user-agent: me")...)
		if _, err := Send(t.Context(), w, r); err != nil {
			t.Fatal(err)
		}
		if want := `HTTP/2.0 POST /x shop.localhost ["1" "2"] ["me"] 300000 [trailers] map[]`; got != want {
			t.Errorf("TLS %v: got %s, want %s", isSecret, got, want)
		}
		s.Close()
	}
}
