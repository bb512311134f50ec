package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A restless is an upstream that can be ended at any moment, with all of its
// connections, and started anew at the same address.
type restless struct {
	t       testing.TB
	address string // 127.0.0.1:0 until it is started for the first time
	handler http.Handler

	server *http.Server
	ended  chan struct{} // closed when it serves no longer
}

func newRestless(t testing.TB, handler http.HandlerFunc) *restless {
	return &restless{t: t, address: "127.0.0.1:0", handler: handler}
}

func (r *restless) start() {
	r.t.Helper()
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.address = l.Addr().String()
	r.server, r.ended = &http.Server{Handler: r.handler, IdleTimeout: time.Second}, make(chan struct{})
	go func(s *http.Server, ended chan struct{}) {
		s.Serve(l) // until it is closed
		close(ended)
	}(r.server, r.ended)
}

// stop ends it at once. What its handler still says nobody hears.
func (r *restless) stop() {
	r.server.Close()
	<-r.ended
}

// A ledger is what an upstream has seen of requests, each of which has a number.
type ledger struct {
	mu   sync.Mutex     // guards what follows
	seen map[string]int // how often, by method and number
}

func (l *ledger) note(method, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen[method+" "+id]++
}

func (l *ledger) times(method, id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen[method+" "+id]
}

// doubled are those that came more than once, and must not.
func (l *ledger) doubled() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for asked, n := range l.seen {
		if n > 1 && strings.HasPrefix(asked, "POST ") {
			all = append(all, asked)
		}
	}
	return all
}

// ServeHTTP answers with the number of the request, in the way that it wants.
func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	l.note(r.Method, id)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Header().Set("X-Id", id)
	switch r.URL.Path {
	case "/parts":
		for range 3 {
			fmt.Fprintf(w, "%s;", id)
			http.NewResponseController(w).Flush()
		}
	case "/events":
		w.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			fmt.Fprintf(w, "data: %s\n\n", id)
			http.NewResponseController(w).Flush()
		}
	case "/large":
		io.WriteString(w, strings.Repeat(id+";", 20_000))
	default:
		fmt.Fprintf(w, "%s %s", id, body)
	}
}

// A kind is a kind of request.
type kind struct {
	name, method, path string
	body               string
	isChunked          bool
	answer             func(id string) string

	mayFail  bool // for whom nobody may ask twice
	mayBreak bool // an answer that comes in parts, of which the last may be lost with its server
}

func small(body string) func(string) string {
	return func(id string) string { return id + " " + body }
}

var kinds = []kind{
	{name: "get", method: "GET", path: "/", answer: small("")},
	{name: "head", method: "HEAD", path: "/", answer: func(string) string { return "" }},
	{name: "put", method: "PUT", path: "/", body: "hello", answer: small("hello")},
	{name: "put in chunks", method: "PUT", path: "/", body: "hello", isChunked: true, answer: small("hello")},
	{name: "delete", method: "DELETE", path: "/", answer: small("")},
	{name: "post", method: "POST", path: "/", body: "hello", answer: small("hello"), mayFail: true},
	{name: "post in chunks", method: "POST", path: "/", body: "hello", isChunked: true, answer: small("hello"), mayFail: true},
	{name: "post of nothing", method: "POST", path: "/", answer: small(""), mayFail: true},
	{name: "parts", method: "GET", path: "/parts", answer: func(id string) string { return strings.Repeat(id+";", 3) }, mayBreak: true},
	{name: "events", method: "GET", path: "/events", answer: func(id string) string { return strings.Repeat("data: "+id+"\n\n", 3) }, mayBreak: true},
	{name: "large", method: "GET", path: "/large", answer: func(id string) string { return strings.Repeat(id+";", 20_000) }, mayBreak: true},
}

// A mixture is many requests of all kinds, and what became of them.
type mixture struct {
	t      testing.TB
	ledger *ledger

	left                        atomic.Int64 // requests to be made
	done, whole, failed, broken atomic.Int64
}

// ask makes one request, and holds what becomes of it against what may.
func (m *mixture) ask(c *http.Client, scheme string, k kind, id string) {
	var body io.Reader
	if k.body != "" {
		body = strings.NewReader(k.body)
	}
	times := 0
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { times++ }})
	r, err := http.NewRequestWithContext(ctx, k.method, scheme+"://shop.localhost"+k.path+"?id="+id, body)
	if err != nil {
		m.t.Error(err)
		return
	}
	if k.isChunked {
		r.ContentLength = -1
	}
	a, err := c.Do(r)
	if times > 1 { // which net/http does by itself, where it hears nothing
		m.t.Errorf("%s %s had to be asked again", k.name, id)
	}
	if err != nil {
		m.judge(k, id, 0, "", err)
		return
	}
	text, err := io.ReadAll(a.Body)
	a.Body.Close()
	m.judge(k, id, a.StatusCode, string(text), err)
}

// judge says what became of a request. A status of 0 means that there was no
// answer at all.
func (m *mixture) judge(k kind, id string, status int, text string, err error) {
	defer m.done.Add(1)
	times := m.ledger.times(k.method, id)
	switch {
	case err == nil && status == http.StatusOK && text == k.answer(id):
		if m.whole.Add(1); times == 0 {
			m.t.Errorf("%s %s was answered by nobody", k.name, id)
		}
	case err == nil && status == http.StatusOK:
		m.t.Errorf("%s %s is answered with another text, as if it were whole: %d bytes, %.80q", k.name, id, len(text), text)
	case k.mayFail && err == nil && status >= 500:
		m.failed.Add(1)
	case k.mayBreak && err != nil && status == http.StatusOK && strings.HasPrefix(k.answer(id), text):
		m.broken.Add(1)
	default:
		m.t.Errorf("lost: %s %s: status %d, %d bytes, %.80q, %v; seen %d times", k.name, id, status, len(text), text, err, times)
	}
}

// pipeline makes several requests at once over one connection: of the kinds behind
// which nothing may be lost.
func (m *mixture) pipeline(at string, number int64) {
	c, err := net.Dial("tcp", at)
	if err != nil {
		m.t.Error(err)
		return
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	safe := slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return k.mayFail || k.mayBreak })
	var all bytes.Buffer
	for i, k := range safe {
		fmt.Fprintf(&all, "%s %s?id=p%d-%d HTTP/1.1\r\nHost: shop.localhost\r\n", k.method, k.path, number, i)
		if k.isChunked {
			fmt.Fprintf(&all, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(k.body), k.body)
		} else {
			fmt.Fprintf(&all, "Content-Length: %d\r\n\r\n%s", len(k.body), k.body)
		}
	}
	if _, err := c.Write(all.Bytes()); err != nil {
		m.t.Error(err)
		return
	}
	in := bufio.NewReader(c)
	for i, k := range safe {
		id := fmt.Sprintf("p%d-%d", number, i)
		a, err := http.ReadResponse(in, &http.Request{Method: k.method})
		if err != nil {
			m.judge(k, id, 0, "", err)
			return
		}
		text, err := io.ReadAll(a.Body)
		a.Body.Close()
		m.judge(k, id, a.StatusCode, string(text), err)
	}
}

func TestMixedRequestsLoseNothingThatMayBeHeld(t *testing.T) {
	m := &mixture{t: t, ledger: &ledger{seen: map[string]int{}}}
	upstream := newRestless(t, m.ledger.ServeHTTP)
	upstream.start()
	t.Cleanup(func() { upstream.stop() })
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(upstream.address))
	h.warm("shop")
	h.undisturbed()
	total := int64(often(2_000, 20_000))
	m.left.Store(total)
	var all sync.WaitGroup
	for i, way := range []struct {
		scheme string
		client *http.Client // nil has requests follow each other at once
	}{
		{"http", h.client(1)}, {"http", h.client(0)}, {"https", h.client(1)}, {"https", h.byTwo()}, {"https", h.byTwo()}, {"http", nil}, {"http", h.client(1)},
	} {
		all.Go(func() {
			for n := m.left.Add(-1); n >= 0; n = m.left.Add(-1) {
				if way.client == nil {
					m.pipeline(h.door(80), n)
					continue
				}
				m.ask(way.client, way.scheme, kinds[int(n)%len(kinds)], fmt.Sprintf("%d-%d", i, n))
			}
		})
	}
	restarts := 0
	const between = 150 // requests
	for until := int64(between); until < total && !t.Failed(); until += between {
		eventually(t, "more requests are answered", func() bool { return m.done.Load() >= until || m.left.Load() < 0 || t.Failed() })
		upstream.stop()
		upstream.start()
		restarts++
	}
	all.Wait()
	t.Logf("%d requests, %d restarts: %d whole, %d refused that may be, %d broken that were seen to be",
		m.done.Load(), restarts, m.whole.Load(), m.failed.Load(), m.broken.Load())
	if twice := m.ledger.doubled(); len(twice) > 0 {
		t.Errorf("sent twice, and must not be: %q", twice)
	}
	if m.whole.Load() < total*9/10 {
		t.Errorf("only %d of %d are whole", m.whole.Load(), total)
	}
}
