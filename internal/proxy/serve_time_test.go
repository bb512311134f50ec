package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// inTime serves a handler to clients of a test for which hours pass at once.
func inTime(t *testing.T, c Config, h http.HandlerFunc, do func(t *testing.T, dial func() *talk)) {
	c.Drain = func() time.Duration { return 0 }
	synctest.Test(t, func(t *testing.T) {
		l := newHandover()
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- newFront(c, h).serve(ctx, []net.Listener{l}) }()
		var clients []net.Conn
		do(t, func() *talk {
			ours, theirs := net.Pipe()
			l.give(ours)
			clients = append(clients, theirs)
			return &talk{theirs, t, bufio.NewReader(theirs)}
		})
		for _, c := range clients {
			c.Close() // who reads no more would keep TLS from its last word
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAnAnswerMayTakeAsLongAsItLikes(t *testing.T) {
	inTime(t, Config{Certificate: certificate(t)}, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		for range 3 {
			<-time.After(time.Hour)
			io.WriteString(w, "part ")
			http.NewResponseController(w).Flush()
		}
	}, func(t *testing.T, dial func() *talk) {
		for _, isSecret := range []bool{false, true} {
			c := dial()
			if isSecret {
				c.Conn = tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
				c.in.Reset(c.Conn)
			}
			for _, text := range []string{get(), get("Content-Length: 5") + "hello"} {
				c.say(text)
				if status, body := c.hear("GET"); status != 200 || body != "part part part " {
					t.Errorf("it is answered with %d, %q", status, body)
				}
			}
		}
	})
}

func TestABodyThatComesSlowlyIsTakenAndOneThatStopsIsNot(t *testing.T) {
	inTime(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			mustEnd()
		}
		<-time.After(time.Hour)
		greet(w, r)
	}, func(t *testing.T, dial func() *talk) {
		c := dial()
		c.say(get("Content-Length: 5"))
		for range 5 {
			<-time.After(bodyTime - time.Second)
			c.say("x")
		}
		if status, _ := c.hear("GET"); status != 200 {
			t.Errorf("a slow one is answered with %d", status)
		}
		for _, text := range []string{get("Content-Length: 5") + "x", get("Transfer-Encoding: chunked") + "1\r\nx\r\n"} {
			c := dial()
			c.say(text)
			start := time.Now()
			if status, body := c.hear("GET"); status != http.StatusRequestTimeout || !strings.Contains(body, breaches[breachStalled].what) {
				t.Errorf("one that stops is answered with %d, %q", status, body)
			}
			c.hearEnd()
			if took := time.Since(start); took > bodyTime+lingerTime {
				t.Errorf("it took %v", took)
			}
		}
	})
}

// An upstream may end while a client sends nothing more of a body for it.
func TestABodyThatNobodyWantsIsNotWaitedForAfterTheAnswer(t *testing.T) {
	inTime(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		l := newLoad(w, r, Config{Now: time.Now})
		defer l.end()
		p := l.begin(nil)
		ended := make(chan error)
		go func() {
			_, err := io.Copy(io.Discard, p)
			ended <- err
		}()
		<-time.After(time.Second)
		p.Close()
		<-ended
		l.answered(w).WriteHeader(http.StatusBadGateway)
	}, func(t *testing.T, dial func() *talk) {
		c := dial()
		c.say(get("Content-Length: 5"))
		start := time.Now()
		if status, _ := c.hear("GET"); status != http.StatusBadGateway {
			t.Errorf("it is answered with %d", status)
		}
		c.hearEnd()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("it takes %v", took)
		}
	})
}

func TestAnAnswerThatNobodyReadsIsCut(t *testing.T) {
	var cut atomic.Int64
	inTime(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		for range 10 {
			if _, err := w.Write(make([]byte, 100_000)); err != nil {
				break
			}
		}
		cut.Store(int64(time.Since(start)))
	}, func(t *testing.T, dial func() *talk) {
		c := dial()
		c.say(get())
		<-time.After(time.Hour)
		if took := time.Duration(cut.Load()); took != stallTime {
			t.Errorf("it takes %v", took)
		}
	})
}

func TestWhatHasBecomeATunnelHasNoLimit(t *testing.T) {
	inTime(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
		io.Copy(c, c)
	}, func(t *testing.T, dial func() *talk) {
		c := dial()
		c.say(get("Connection: upgrade", "Upgrade: echo"))
		c.hear("GET")
		for range 3 {
			c.say("x")
			<-time.After(time.Hour) // which nobody reads the answer for, either
			if b, err := c.in.ReadByte(); b != 'x' || err != nil {
				t.Errorf("%q comes back, and %v", b, err)
			}
			<-time.After(time.Hour)
		}
	})
}

// Clients that hold on to half a request, or wait for an answer for ever, must not keep
// others out.
func TestTheMostSilentClientGoesWhereAllAreBusy(t *testing.T) {
	for name, text := range map[string]string{
		"half a body":    get("Content-Length: 5"),
		"a long answer":  get(),
		"much behind it": get() + strings.Repeat("x", 2*keptRoom),
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, Config{Connections: 2}, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/new" {
					greet(w, r)
					return
				}
				io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}, func(t *testing.T, dial func() *talk) {
				first, second := dial(), dial()
				go io.WriteString(first, text)
				<-time.After(time.Second)
				go io.WriteString(second, text)
				synctest.Wait()
				start := time.Now()
				third := dial()
				third.say("GET /new HTTP/1.1\r\nHost: a\r\n\r\n")
				if status, _ := third.hear("GET"); status != 200 {
					t.Errorf("it is answered with %d", status)
				}
				if took := time.Since(start); took > quietTime+quietTime/10 {
					t.Errorf("it waits for %v", took)
				}
				if b, err := io.ReadAll(first.in); err != nil {
					t.Errorf("the first gets %q, and %v", b, err)
				}
			})
		})
	}
}

func TestWhoeverIsServedAtTheMomentStaysThoughOthersWait(t *testing.T) {
	inTime(t, Config{Connections: 1}, func(w http.ResponseWriter, r *http.Request) {
		for range 100 {
			io.WriteString(w, "x")
			http.NewResponseController(w).Flush()
			<-time.After(time.Second)
		}
	}, func(t *testing.T, dial func() *talk) {
		c := dial()
		c.say("GET / HTTP/1.0\r\n\r\n")
		synctest.Wait()
		dial()
		if _, body := c.hear("GET"); len(body) != 100 {
			t.Errorf("it gets %d parts", len(body))
		}
	})
}

func TestH2AClientThatStopsLosesItsRequestAlone(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			io.CopyN(w, zero{}, 100_000)
		default:
			io.Copy(w, r.Body)
		}
	})
	for name, row := range map[string]struct {
		do   func(p *h2Peer)
		want string
	}{
		"half a body":      {func(p *h2Peer) { p.post(1); p.data(1, "x") }, "RST 1 CANCEL"},
		"no room":          {func(p *h2Peer) { p.ask(1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /big") }, "RST 1 CANCEL"},
		"a call both ways": {func(p *h2Peer) { p.post(1, "content-type: application/grpc"); p.data(1, "x") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				ended := make(chan error, 1)
				go func() { ended <- serveHTTP2(t.Context(), ours, handler, h2Limits{}) }()
				p := newH2Peer(t, theirs)
				theirs.SetDeadline(time.Time{})
				words := make(chan string, 1000)
				go func() {
					for word, err := p.next(); err == nil; word, err = p.next() {
						words <- word
					}
					close(words)
				}()
				io.WriteString(theirs, h2Preface)
				p.WriteSettings()
				row.do(p)
				for range 60 {
					<-time.After(10 * time.Second)
					p.WritePing(false, [8]byte{})
				}
				synctest.Wait()
				theirs.Close()
				<-ended
				got := ""
				for word := range words {
					if strings.HasPrefix(word, "RST") || strings.HasPrefix(word, "GOAWAY") {
						got += word
					}
				}
				if got != row.want {
					t.Errorf("it gets %q", got)
				}
			})
		})
	}
}

func TestH2AClientThatReadsNothingAtAllIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- serveHTTP2(t.Context(), ours, h2Echo, h2Limits{idle: time.Hour, head: time.Hour}) }()
		start := time.Now()
		io.WriteString(theirs, h2Preface)
		if err := <-ended; err == nil || time.Since(start) > stallTime+farewell {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		theirs.Close()
	})
}
