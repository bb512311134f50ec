package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// A listener hears what is recorded, and tells of each recording that has ended.
type listener struct {
	heard chan *hearing

	mu    sync.Mutex         // guards what follows
	wants func(Passage) bool // nil means all
	met   []netip.AddrPort
}

// A hearing is one recording.
type hearing struct {
	to   *listener
	from Passage
	ask  string

	mu                             sync.Mutex // guards what follows
	asked, answer, content         string
	passedAsked, passedContent     int64
	fault                          string
	begun, first, last             time.Time
	joined                         int
	answers, ends, whatCameTooLate int
}

func (l *listener) Meet(client, here netip.AddrPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met = append(l.met, client)
}

// want has it hear only some.
func (l *listener) want(these func(Passage) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wants = these
}

func (l *listener) Begin(at time.Time, from Passage, head []byte) Recording {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wants != nil && !l.wants(from) {
		return nil
	}
	return &hearing{to: l, from: from, ask: string(head), begun: at}
}

func (h *hearing) note(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.whatCameTooLate += h.ends
	do()
}

func (h *hearing) Asked(part []byte)   { h.note(func() { h.asked += string(part) }) }
func (h *hearing) Content(part []byte) { h.note(func() { h.content += string(part) }) }

func (h *hearing) Answered(at time.Time, head []byte) {
	h.note(func() { h.answer, h.first = string(head), at; h.answers++ })
}

func (h *hearing) Passed(asked, content int64) {
	h.note(func() { h.passedAsked += asked; h.passedContent += content })
}

func (h *hearing) End(at time.Time, fault string) {
	h.note(func() { h.fault, h.last = fault, at; h.ends++ })
	h.to.heard <- h
}

func (h *hearing) HasEnough() bool  { return false }
func (h *hearing) Joined(time.Time) { h.note(func() { h.joined++ }) }

// next waits for a recording to end.
func (l *listener) next(t *testing.T) *hearing {
	t.Helper()
	h := <-l.heard
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.whatCameTooLate > 0 || h.ends != 1 || h.answers > 1 || h.first.Before(h.begun) && h.answers > 0 || h.last.Before(h.begun) {
		t.Errorf("%d answers, %d ends, %d things behind the end", h.answers, h.ends, h.whatCameTooLate)
	}
	return h
}

// body is what a recorded head and what follows it mean, as HTTP/1.1.
func (h *hearing) body(t *testing.T) (string, http.Header) {
	t.Helper()
	method, _, _ := strings.Cut(h.ask, " ")
	text := strings.Replace(h.answer, "HTTP/2.0", "HTTP/1.1", 1) + h.content
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("%q: %v", text, err)
	}
	return string(b), res.Trailer
}

// ways are those on which requests come to their upstreams.
var ways = []struct {
	name   string
	isTwo  bool
	standU func(t *testing.T, p *Proxy) string
}{
	{"long", false, func(t *testing.T, p *Proxy) string {
		s := httptest.NewServer(p)
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}},
	{"short", false, serveFor},
	{"HTTP/2", true, serveFor},
}

func serveFor(t *testing.T, p *Proxy) string {
	l := listenAt(t, "127.0.0.1:0")
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	return l.Addr().String()
}

// onEachWay has a test done on each way, with a client that speaks what that needs.
func onEachWay(t *testing.T, route func(t *testing.T) Route, do func(t *testing.T, c *http.Client, at string, l *listener)) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			r := route(t)
			p := New(Config{Drain: func() time.Duration { return 0 }, Patience: time.Millisecond})
			p.Set([]Route{r})
			if w.name != "long" {
				r.Upstream.learn(mannerUnknown, mannerPlain)
			}
			l := &listener{heard: make(chan *hearing, 100)}
			p.Record(l)
			c := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			if w.isTwo {
				c = h2Client(t, nil)
			}
			c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			defer c.CloseIdleConnections()
			do(t, c, w.standU(t, p), l)
			if len(l.heard) > 0 {
				h := <-l.heard
				t.Errorf("recorded once more: %q", h.ask)
			}
		})
	}
}

// askBy asks for shop.localhost.
func askBy(t *testing.T, c *http.Client, method, url string, body io.Reader, fields ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = shop
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestARequestIsRecordedOnEachWay(t *testing.T) {
	for _, row := range []struct {
		name, method, body string
		answer             func(w http.ResponseWriter)
		want               string
	}{
		{"short", "GET", "", func(w http.ResponseWriter) { io.WriteString(w, "hello") }, "hello"},
		{"empty", "GET", "", func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }, ""},
		{"refused", "GET", "", func(w http.ResponseWriter) { http.Error(w, "no", http.StatusForbidden) }, "no\n"},
		{"with a body", "POST", "a=1&b=2", func(w http.ResponseWriter) { io.WriteString(w, "done") }, "done"},
		{"in parts", "GET", "", func(w http.ResponseWriter) {
			for range 3 {
				io.WriteString(w, "part ")
				w.(http.Flusher).Flush()
			}
		}, "part part part "},
		{"of 300 KiB, both", "PUT", strings.Repeat("0123456789abcdef", 20<<10), func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(300<<10))
			io.WriteString(w, strings.Repeat("x", 300<<10))
		}, strings.Repeat("x", 300<<10)},
		{"head alone", "HEAD", "", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "5") }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			onEachWay(t, func(t *testing.T) Route {
				return behind(t, func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					row.answer(w)
				})
			}, func(t *testing.T, c *http.Client, at string, l *listener) {
				var body io.Reader
				if row.body != "" {
					body = strings.NewReader(row.body)
				}
				res, got := askBy(t, c, row.method, "http://"+at+"/a%2Fb?c=d", body, "X-Mine", "1")
				h := l.next(t)
				heard, _ := h.body(t)
				if got != row.want || heard != got || h.asked != row.body || h.fault != "" {
					t.Errorf("%d bytes came and %d of %d were heard, of the request %d of %d; %s", len(got), len(heard), len(row.want), len(h.asked), len(row.body), h.fault)
				}
				line := fmt.Sprintf("%s /a%%2Fb?c=d %s\r\n", row.method, res.Proto)
				if !strings.HasPrefix(h.ask, line) || !strings.Contains(h.ask, "Host: shop.localhost\r\n") || !strings.Contains(strings.ToLower(h.ask), "\r\nx-mine: 1\r\n") || !strings.HasSuffix(h.ask, "\r\n\r\n") {
					t.Errorf("asked %q", h.ask)
				}
				if !strings.HasPrefix(h.answer, res.Proto+" "+fmt.Sprint(res.StatusCode)+" ") || !strings.HasSuffix(h.answer, "\r\n\r\n") {
					t.Errorf("answered %q", h.answer)
				}
				if h.from.Route == nil || h.from.Route.Name != shop || !h.from.Client.IsValid() || h.from.Here.String() != at || h.from.IsSecret {
					t.Errorf("%+v", h.from)
				}
			})
		})
	}
}

func TestTrailersAreRecorded(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		return behind(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			io.Copy(w, r.Body)
			w.Header().Set("X-Sum", r.Trailer.Get("X-Asked"))
			w.Header().Set(http.TrailerPrefix+"X-Late", "3")
		})
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://"+at+"/", struct{ io.Reader }{strings.NewReader("hello")})
		r.Host = shop
		r.Trailer = http.Header{"X-Asked": {"7"}}
		r.Header.Set("Te", "trailers")
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if b, err := io.ReadAll(res.Body); string(b) != "hello" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
		h := l.next(t)
		body, trailers := h.body(t)
		if body != "hello" || trailers.Get("X-Sum") != "7" || trailers.Get("X-Late") != "3" {
			t.Errorf("%q, %v", body, trailers)
		}
		if !strings.HasSuffix(h.asked, "\r\n0\r\nX-Asked: 7\r\n\r\n") || !strings.HasPrefix(h.asked, "5\r\nhello\r\n") {
			t.Errorf("%q", h.asked)
		}
	})
}

func TestPagesOfLimensOwnAreRecorded(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		l := listenAt(t, "127.0.0.1:0")
		l.Close()
		return lead(t, l.Addr().String())
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		res, got := askBy(t, c, "POST", "http://"+at+"/", http.NoBody)
		h := l.next(t)
		if body, _ := h.body(t); res.StatusCode != 502 || body != got || !strings.Contains(h.answer, " 502 ") || h.from.Route == nil {
			t.Errorf("%s\n%s%s", res.Status, h.answer, body)
		}
		r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+at+"/", nil)
		r.Host = "nobody.localhost"
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if h := l.next(t); res.StatusCode != 404 || !strings.Contains(h.answer, " 404 ") || h.from.Route != nil {
			t.Errorf("%s\n%s", res.Status, h.answer)
		}
	})
}

func TestAnAnswerThatBreaksOffSaysSo(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		return raw(t, func(c net.Conn) {
			heard(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
		})
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+at+"/", nil)
		r.Host = shop
		if res, err := c.Do(r); err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		if h := l.next(t); h.fault == "" || h.content != "some" || !strings.Contains(h.answer, "Content-Length: 100\r\n") {
			t.Errorf("%q: %q, %s", h.answer, h.content, h.fault)
		}
	})
}

func TestAClientThatGoesIsRecorded(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		return behind(t, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "some")
			for r.Context().Err() == nil { // who writes to a client that is gone hears of it
				w.(http.Flusher).Flush()
				io.WriteString(w, strings.Repeat("more", 1000))
			}
		})
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		ctx, leave := context.WithCancel(t.Context())
		r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+at+"/", nil)
		r.Host = shop
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if b := make([]byte, 4); readFull(res.Body, b) != nil {
			t.Error("nothing came")
		}
		leave()
		if h := l.next(t); !strings.Contains(h.fault, "the client") {
			t.Errorf("%q", h.fault)
		}
	})
}

// tunnelBy is a client whose tunnel to an echo is open, and who hears of it.
func tunnelBy(t *testing.T, stand func(*testing.T, *Proxy) string, early string) (net.Conn, *listener) {
	t.Helper()
	p := New(Config{Drain: func() time.Duration { return 0 }})
	p.Set([]Route{echo(t)})
	l := &listener{heard: make(chan *hearing, 1)}
	p.Record(l)
	c := dial(t, stand(t, p))
	fmt.Fprintf(c, hello+early, "/")
	read(t, c)
	return c, l
}

func TestATunnelIsRecordedBothWaysUntilItsEnd(t *testing.T) {
	for _, w := range ways[:2] {
		c, l := tunnelBy(t, w.standU, "early")
		big := strings.Repeat("hello, world; ", 10_000)
		go func() {
			io.WriteString(c, big)
			c.(*net.TCPConn).CloseWrite()
		}()
		if _, err := io.ReadAll(c); err != nil {
			t.Error(err)
		}
		h := l.next(t)
		if h.asked != "early"+big || h.content != "hiearly"+big || h.fault != "" || !strings.HasPrefix(h.answer, "HTTP/1.1 101 ") || !strings.Contains(h.answer, "Upgrade: websocket\r\n") {
			t.Errorf("%s: %d and %d bytes; %s\n%s", w.name, len(h.asked), len(h.content), h.fault, h.answer)
		}
	}
}

func TestATunnelInHTTP2IsRecordedBothWays(t *testing.T) {
	p := New(Config{Drain: func() time.Duration { return 0 }})
	p.Set([]Route{echo(t)})
	l := &listener{heard: make(chan *hearing, 1)}
	p.Record(l)
	s := openSocket(t, serveFor(t, p), "/")
	if got := s.hear(2); got != "hi" {
		t.Errorf("first %q", got)
	}
	s.framer.WriteData(1, true, []byte("bye"))
	if got := s.hear(3); got != "bye" {
		t.Errorf("last %q", got)
	}
	h := l.next(t)
	if h.asked != "bye" || h.content != "hibye" || !strings.HasPrefix(h.answer, "HTTP/2.0 200 ") || !strings.Contains(h.ask, "\r\n:protocol: websocket\r\n") || strings.Contains(h.ask+h.answer, "chunked") {
		t.Errorf("%q, %q, %q, %q", h.ask, h.asked, h.answer, h.content)
	}
}

func TestNobodyRecordsWhatNobodyWants(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route { return behind(t, greet) }, func(t *testing.T, c *http.Client, at string, l *listener) {
		l.want(func(from Passage) bool { return from.Route == nil })
		if _, got := askBy(t, c, "GET", "http://"+at+"/x", nil); got != "GET /x" {
			t.Errorf("%q", got)
		}
	})
}

func TestRecordingEndsWhenItIsTold(t *testing.T) {
	p := New(Config{})
	p.Set([]Route{behind(t, greet)})
	l := &listener{heard: make(chan *hearing, 1)}
	at := ways[0].standU(t, p)
	for _, isOn := range []bool{false, true, false} {
		if p.Record(nil); isOn {
			p.Record(l)
		}
		ask(t, at, "GET", "/", nil)
		if n := len(l.heard); n != map[bool]int{true: 1}[isOn] {
			t.Errorf("%d recordings, %v", n, isOn)
		}
		if isOn {
			l.next(t)
		}
	}
}

func TestWhatComesOverTLSIsRecordedAsSuch(t *testing.T) {
	p := New(Config{Drain: func() time.Duration { return 0 }, Certificate: certificate(t)})
	p.Set([]Route{behind(t, greet)})
	l := &listener{heard: make(chan *hearing, 2)}
	p.Record(l)
	at := serveFor(t, p)
	for _, isTwo := range []bool{false, true} {
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: shop}, ForceAttemptHTTP2: isTwo}}
		askBy(t, c, "GET", "https://"+at+"/", nil)
		c.CloseIdleConnections()
		if h := l.next(t); !h.from.IsSecret || strings.Contains(h.ask, "HTTP/2.0") != isTwo {
			t.Errorf("%+v\n%s", h.from, h.ask)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.met) != 2 {
		t.Errorf("met %v", l.met)
	}
}

// What a body is framed by is written anew for each part, into the same bytes.
func TestABodyOfManyPartsIsFramedInChunks(t *testing.T) {
	var b bytes.Buffer
	f := framer{isChunked: true}
	to := func(p []byte) { b.Write(p) }
	f.pass(to, []byte("hello"))
	f.pass(to, nil)
	f.pass(to, bytes.Repeat([]byte("x"), 26))
	f.end(to, http.Header{"X-Sum": {"1", "2"}})
	f.end(to, nil)
	f.pass(to, []byte("late"))
	if want := "5\r\nhello\r\n1a\r\n" + strings.Repeat("x", 26) + "\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}
