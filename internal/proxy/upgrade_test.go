package proxy

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// echo is an upstream that changes to a protocol in which it says everything
// twice as it came, after a greeting.
func echo(t testing.TB) Route {
	return raw(t, func(c net.Conn) {
		text := bufio.NewReader(c)
		r, err := http.ReadRequest(text)
		if err != nil {
			return
		}
		if r.URL.Path == "/no" {
			io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
			return
		}
		accept := acceptFor(r.Header.Get("Sec-Websocket-Key"))
		if r.URL.Path == "/liar" {
			accept = "liar"
		}
		fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\nhi", r.Header.Get("Upgrade"), accept, r.Header.Get("Sec-Websocket-Protocol"))
		io.Copy(c, text)
	})
}

const hello = "GET %s HTTP/1.1\r\nHost: shop.localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

func TestAnUpgradePassesBothWaysUntilBothEnd(t *testing.T) {
	at := stand(t, Config{}, echo(t))
	c := dial(t, at)
	fmt.Fprintf(c, hello+"early", "/")
	head := read(t, c)
	for _, want := range []string{"HTTP/1.1 101 ", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Sec-Websocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"} {
		if !strings.Contains(head, want) {
			t.Errorf("%q has no %q", head, want)
		}
	}
	if b := make([]byte, 7); readFull(c, b) != nil || string(b) != "hiearly" {
		t.Errorf("first came %q", b)
	}
	big := strings.Repeat("hello, world; ", 100_000)
	go func() {
		io.WriteString(c, big)
		c.(*net.TCPConn).CloseWrite() // and all that was said comes back
	}()
	if back, err := io.ReadAll(c); err != nil || string(back) != big {
		t.Errorf("%d bytes came back, %v", len(back), err)
	}
}

func TestAnUpgradeThatIsRefusedIsAnAnswer(t *testing.T) {
	at := stand(t, Config{}, echo(t))
	c := dial(t, at)
	fmt.Fprintf(c, hello, "/no")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 403 || string(b) != "no" {
		t.Errorf("%s %q", res.Status, b)
	}
}

func TestARefusalWithoutEndEndsWithWhoAsked(t *testing.T) {
	gone := make(chan struct{})
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n")
		c.Read(make([]byte, 1)) // ends with the connection
		close(gone)
	}))
	c := dial(t, at)
	fmt.Fprintf(c, hello, "/")
	read(t, c)
	c.Close()
	<-gone
}

func TestHTTP2InTheClearIsNoUpgrade(t *testing.T) {
	route, got := told(t)
	at := stand(t, Config{}, route)
	ask(t, at, "GET", "/", nil, "Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c", "Http2-Settings", "AAMAAABkAAQAAP__")
	if r := <-got; r.Header.Get("Upgrade")+r.Header.Get("Http2-Settings") != "" {
		t.Errorf("the upstream got %v", r.Header)
	}
}

func TestAnUpstreamThatChangesUnaskedIsNotFollowed(t *testing.T) {
	at := stand(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	}))
	c := dial(t, at)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if got := read(t, c); !strings.HasPrefix(got, "HTTP/1.1 502") {
		t.Errorf("unasked: %q", got)
	}
	c = dial(t, at)
	fmt.Fprintf(c, hello, "/")
	if got := read(t, c); !strings.HasPrefix(got, "HTTP/1.1 502") {
		t.Errorf("another: %q", got)
	}
}

// A stream is one of HTTP/2 in which a test says frame by frame what it wants.
type stream struct {
	t      testing.TB
	framer *http2.Framer
	fields map[string]string // of the answer
}

// openSocket asks for a WebSocket by HTTP/2, and returns when the head of the
// answer is there.
func openSocket(t testing.TB, at, path string) *stream {
	t.Helper()
	c := dial(t, at)
	io.WriteString(c, http2.ClientPreface)
	s := &stream{t, http2.NewFramer(c, c), map[string]string{}}
	s.framer.WriteSettings()
	s.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	s.next(http2.FrameSettings)
	s.framer.WriteSettingsAck()
	var block bytes.Buffer
	fields := hpack.NewEncoder(&block)
	for _, f := range [][2]string{
		{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "https"}, {":path", path}, {":authority", shop},
		{"sec-websocket-version", "13"}, {"sec-websocket-protocol", "vite-hmr"}, {"origin", "https://shop.localhost"},
	} {
		fields.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true})
	for _, f := range s.next(http2.FrameHeaders).(*http2.MetaHeadersFrame).Fields {
		s.fields[f.Name] = f.Value
	}
	return s
}

// next skips frames of other types.
func (s *stream) next(want http2.FrameType) http2.Frame {
	s.t.Helper()
	for {
		f, err := s.framer.ReadFrame()
		if err != nil {
			s.t.Fatalf("waiting for %v: %v", want, err)
		}
		if f.Header().Type == want {
			return f
		}
	}
}

// hear reads as many bytes.
func (s *stream) hear(n int) string {
	var all []byte
	for len(all) < n {
		all = append(all, s.next(http2.FrameData).(*http2.DataFrame).Data()...)
	}
	return string(all)
}

// standByTwo answers for routes by HTTP/2 in the clear.
func standByTwo(t testing.TB, routes ...Route) string {
	t.Helper()
	p := New(Config{})
	p.Set(routes)
	l := listenAt(t, "127.0.0.1:0")
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { c.Close() })
			serving.Go(func() { serveHTTP2(ctx, c, p, h2Limits{}) })
		}
	})
	t.Cleanup(func() { stop(); l.Close(); serving.Wait() })
	return l.Addr().String()
}

func TestAWebSocketOverHTTP2IsAnUpgradeForTheUpstream(t *testing.T) {
	at := standByTwo(t, echo(t))
	s := openSocket(t, at, "/")
	if s.fields[":status"] != "200" || s.fields["sec-websocket-protocol"] != "vite-hmr" || s.fields["sec-websocket-accept"]+s.fields["upgrade"] != "" {
		t.Errorf("answer %v", s.fields)
	}
	if got := s.hear(2); got != "hi" {
		t.Errorf("first %q", got)
	}
	for i := range 3 {
		say := fmt.Sprintf("hello %d", i)
		s.framer.WriteData(1, false, []byte(say))
		if got := s.hear(len(say)); got != say {
			t.Errorf("%q came back as %q", say, got)
		}
	}
	s.framer.WriteData(1, true, []byte("bye"))
	if got := s.hear(3); got != "bye" {
		t.Errorf("last %q", got)
	}
	if f := s.next(http2.FrameData).(*http2.DataFrame); !f.StreamEnded() {
		t.Errorf("after the end %v", f)
	}
}

func TestAWebSocketOverHTTP2ThatIsRefusedIsAnAnswer(t *testing.T) {
	at := standByTwo(t, echo(t))
	if s := openSocket(t, at, "/no"); s.fields[":status"] != "403" || s.hear(2) != "no" {
		t.Errorf("%v", s.fields)
	}
	if s := openSocket(t, at, "/liar"); s.fields[":status"] != "502" {
		t.Errorf("a wrong accept became %v", s.fields)
	}
}

func TestAWebSocketOverHTTP2EndsWithItsUpstream(t *testing.T) {
	for _, isReset := range []bool{false, true} {
		goOn := make(chan struct{})
		at := standByTwo(t, raw(t, func(c net.Conn) {
			r, _ := http.ReadRequest(bufio.NewReader(c))
			fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptFor(r.Header.Get("Sec-Websocket-Key")))
			<-goOn
			if isReset {
				c.(*net.TCPConn).SetLinger(0)
			}
		}))
		s := openSocket(t, at, "/")
		close(goOn)
		want := http2.FrameData // which ends the stream
		if isReset {
			want = http2.FrameRSTStream
		}
		s.next(want)
	}
}

func TestAThousandIdleWebSocketsCostLittle(t *testing.T) {
	at := stand(t, Config{}, echo(t))
	before := resident()
	for range 1000 {
		c := dial(t, at)
		fmt.Fprintf(c, hello, "/")
		read(t, c)
		if b := make([]byte, 2); readFull(c, b) != nil {
			t.Fatal("no greeting")
		}
	}
	if grown := int64(resident()) - int64(before); grown > 40<<20 {
		t.Errorf("they cost %d KiB", grown>>10)
	} else {
		t.Logf("they cost %d KiB, those of both peers included", grown>>10)
	}
}

// resident is what the heap and the stacks take of memory.
func resident() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
