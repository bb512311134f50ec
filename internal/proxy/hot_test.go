package proxy

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// A shortFront answers for shop.localhost on the short way, and counts what goes the long one.
type shortFront struct {
	*served
	front *front
	proxy *Proxy
	long  *atomic.Int32
}

// standHot stands before an upstream that is known to speak HTTP in the clear.
func standHot(t *testing.T, c Config, route Route, change func(*front)) shortFront {
	t.Helper()
	route.Upstream.learn(mannerUnknown, mannerPlain)
	c.Drain, c.eager = func() time.Duration { return 0 }, true
	p := New(c)
	p.Set([]Route{route})
	long := new(atomic.Int32)
	f := newFront(p.config, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		long.Add(1)
		p.ServeHTTP(w, r)
	}))
	f.sorter.hot, f.sorter.isEager = p, true
	if change != nil {
		change(f)
	}
	return shortFront{frontOn(t, f, listen(t)), f, p, long}
}

// says is an upstream that answers each request with a text, when it has read all of it.
func says(t *testing.T, text string) Route {
	return raw(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			io.WriteString(c, text)
		}
	})
}

const okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func TestAConnectionThatIsLentComesBack(t *testing.T) {
	s := standHot(t, Config{}, behind(t, greet), nil)
	c := s.dial(t)
	const end = " HTTP/1.1\r\nHost: shop.localhost\r\n"
	for i, row := range []struct {
		text, want string
		long       int32
	}{
		{"GET /1" + end + "\r\n", "GET /1", 0},
		{"GET /2" + end + "Via: 1.1 other\r\n\r\n", "GET /2", 1},
		{"GET /3" + end + "\r\n", "GET /3", 1},
		{"GET /4" + end + "Connection: Upgrade\r\nUpgrade: x\r\n\r\n" + "GET /5" + end + "\r\n", "GET /4", 2},
		{"", "GET /5", 2}, // it had come with the one before
		{"POST /6" + end + "Content-Length: 5\r\n\r\nhello", "POST /6", 2},
	} {
		c.say(row.text)
		if _, body := c.hear("GET"); body != row.want || s.long.Load() != row.long {
			t.Errorf("%d: it is answered with %q, and %d went the long way", i, body, s.long.Load())
		}
	}
	c.say("GET /7 HTTP/1.1\r\nHost: other.localhost\r\n\r\n")
	if status, _ := c.hear("GET"); status != http.StatusNotFound {
		t.Errorf("a name that is not known is answered with %d", status)
	}
	c.say("GET /8" + end + "\r\n")
	if _, body := c.hear("GET"); body != "GET /8" || s.long.Load() != 3 {
		t.Errorf("behind it, %q, and %d went the long way", body, s.long.Load())
	}
}

func TestTheShortWayAllocatesNothing(t *testing.T) {
	answer := []byte("HTTP/1.1 200 OK\r\nServer: x\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000))
	route := raw(t, func(c net.Conn) {
		for b := make([]byte, 4<<10); ; {
			if n, _ := c.Read(b); n == 0 {
				return
			}
			c.Write(answer)
		}
	})
	s := standHot(t, Config{}, route, nil)
	c := s.dial(t)
	request := []byte("GET /a/path?with=a&query=1 HTTP/1.1\r\nHost: shop.localhost\r\nUser-Agent: a browser of some length\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n")
	b := make([]byte, 4<<10)
	ask := func() {
		c.Write(request)
		for got := 0; got < len(answer); {
			n, err := c.Conn.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			got += n
		}
	}
	ask()
	if each := testing.AllocsPerRun(500, ask); each > 0 {
		t.Errorf("%v for each request", each)
	}
	if s.long.Load() > 0 {
		t.Error("they went the long way")
	}
}

// hurry is how long a client may take where a test waits until it has taken too long:
// enough for what comes before that, also on a busy machine.
const hurry = time.Second

func TestTheShortWayEndsWhatTakesTooLong(t *testing.T) {
	s := standHot(t, Config{}, behind(t, greet), func(f *front) {
		f.sorter.limits.head, f.sorter.limits.idle, f.sorter.body = hurry, hurry, hurry
	})
	for name, row := range map[string]struct {
		text string
		want int
	}{
		"a head":             {"GET / HTTP/1.1\r\nHost: sh", http.StatusRequestTimeout},
		"a body":             {"POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhel", http.StatusRequestTimeout},
		"a body in chunks":   {"POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", http.StatusRequestTimeout},
		"a next request":     {"GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", http.StatusOK},
		"a head behind that": {"GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\nGET", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they mostly wait
			c := s.dial(t)
			c.say(row.text)
			if status, _ := c.hear("POST"); status != row.want {
				t.Errorf("it is answered with %d", status)
			}
			if strings.HasSuffix(row.text, "GET") {
				if status, _ := c.hear("GET"); status != http.StatusRequestTimeout {
					t.Errorf("the second is answered with %d", status)
				}
			}
			c.hearEnd()
		})
	}
}

func TestABodyThatMovesHasNoLimitOnTheShortWay(t *testing.T) {
	s := standHot(t, Config{}, says(t, okay), func(f *front) { f.sorter.body = hurry })
	c := s.dial(t)
	c.say("POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 12 {
		<-time.After(hurry / 10)
		c.say("1\r\nx\r\n")
	}
	c.say("0\r\n\r\n")
	if status, body := c.hear("POST"); status != 200 || body != "ok" {
		t.Errorf("it is answered with %d, %q", status, body)
	}
	c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if _, body := c.hear("GET"); body != "ok" || s.long.Load() > 0 {
		t.Errorf("the next one with %q", body)
	}
}

// looksAfterSomebody reports whether a client is read from while it waits.
func (s shortFront) looksAfterSomebody() bool {
	s.front.crowd.mu.Lock()
	defer s.front.crowd.mu.Unlock()
	for g := range s.front.crowd.all {
		if h := g.hot.Load(); h != nil && h.reading.state.Load() == readingNow {
			return true
		}
	}
	return false
}

func TestALongAnswerDoesNotLoseWhatTheClientSaysMeanwhile(t *testing.T) {
	goOn := make(chan bool)
	route := behind(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			until(r, goOn)
		}
		greet(w, r)
	})
	s := standHot(t, Config{}, route, nil)
	c := s.dial(t)
	c.say("GET /slow HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	for !s.looksAfterSomebody() {
		<-time.After(time.Millisecond)
	}
	c.say("GET /next HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	close(goOn)
	for _, want := range []string{"GET /slow", "GET /next"} {
		if _, body := c.hear("GET"); body != want {
			t.Errorf("%q, want %q", body, want)
		}
	}
}

// A page that explains must not cost a body that is on its way its connection's order.
func TestAPOSTThatWasCutIsExplainedOnTheShortWay(t *testing.T) {
	route := raw(t, func(c net.Conn) { heard(c) })
	s := standHot(t, Config{}, route, nil)
	c := s.dial(t)
	for range 2 {
		c.say("POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhello")
		if status, body := c.hear("POST"); status != http.StatusBadGateway || !strings.Contains(body, "before it answered") {
			t.Errorf("it is answered with %d, %q", status, body)
		}
	}
	if s.long.Load() > 0 {
		t.Error("it was asked again")
	}
}

func TestAHostThatIsRefusedIsSaidOnTheShortWay(t *testing.T) {
	const vite = "Blocked request. This host (\"shop.localhost\") is not allowed.\nTo allow this host, add \"shop.localhost\" to `server.allowedHosts` in vite.config.js."
	for _, framing := range []string{
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(vite), vite),
		fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(vite), vite),
	} {
		s := standHot(t, Config{}, says(t, "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n"+framing), nil)
		c := s.dial(t)
		c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
		res, err := http.ReadResponse(c.in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		if string(body) != vite || !strings.Contains(res.Header.Get("Limen-Hint"), "allowedHosts") {
			t.Errorf("a program gets %v, %q", res.Header, body)
		}
		c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\nAccept: text/html\r\n\r\n")
		if status, body := c.hear("GET"); status != 403 || !strings.Contains(body, "<html") || !strings.Contains(body, "allowedHosts") {
			t.Errorf("a browser gets %d, %q", status, body)
		}
		if s.long.Load() > 0 {
			t.Error("it went the long way")
		}
	}
}

func BenchmarkShortWay(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	answer := []byte("HTTP/1.1 200 OK\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: 1024\r\n\r\n" + strings.Repeat("x", 1024))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for room := make([]byte, 4<<10); ; {
					if n, _ := c.Read(room); n == 0 {
						return
					}
					c.Write(answer)
				}
			}()
		}
	}()
	u := NewUpstream(limen.Target{Scheme: limen.SchemeHTTP, Port: uint16(l.Addr().(*net.TCPAddr).Port)})
	defer u.Close()
	p := New(Config{Drain: func() time.Duration { return 0 }})
	p.Set([]Route{{Route: limen.Route{Name: shop}, Upstream: u}})
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- p.Serve(ctx, front) }()
	defer func() { end(); <-ended }()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", front.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		request, room := []byte("GET /1k HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"), make([]byte, 4<<10)
		for pb.Next() {
			c.Write(request)
			for got := 0; !bytes.HasSuffix(room[:got], answer[len(answer)-1024:]); {
				n, err := c.Read(room[got:])
				if err != nil {
					b.Error(err)
					return
				}
				got += n
			}
		}
	})
}
