package proxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// moored are how many of a front's clients lie at a loop.
func moored(s shortFront) (n int) {
	s.front.crowd.mu.Lock()
	defer s.front.crowd.mu.Unlock()
	for g := range s.front.crowd.all {
		c := g.Conn.(*swift)
		c.mu.Lock()
		if c.loop != nil {
			n++
		}
		c.mu.Unlock()
	}
	return n
}

// whenMoored waits until so many of a front's clients lie at a loop.
func whenMoored(t *testing.T, s shortFront, want int) {
	t.Helper()
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("a loop takes one processor of two, and here is one")
	}
	for late := time.After(10 * time.Second); moored(s) != want; runtime.Gosched() {
		select {
		case <-late:
			t.Fatalf("%d clients lie at a loop, not %d", moored(s), want)
		default:
		}
	}
}

func TestAClientIsALoopsOnceItHasComeBack(t *testing.T) {
	s := standHot(t, Config{}, behind(t, greet), func(f *front) { f.sorter.isEager = false })
	var all []*talk
	for i := range 20 {
		c := s.dial(t)
		all = append(all, c)
		c.say(getShop)
		c.hear("GET")
		whenMoored(t, s, i+1)
	}
	for range 3 {
		for i, c := range all {
			c.say(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", i))
		}
		for i, c := range all {
			if _, body := c.hear("GET"); body != fmt.Sprintf("GET /%d", i) {
				t.Errorf("client %d is answered with %q", i, body)
			}
		}
	}
	if s.long.Load() > 0 {
		t.Error("some went the long way")
	}
}

// Whatever one client at a loop does, or its upstream: others are answered meanwhile.
func TestNobodyHoldsUpALoop(t *testing.T) {
	release := make(chan bool)
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 32<<10)); err != nil {
				return
			}
		}
	}
	upstream := behind(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			<-release
		case "/endless":
			endless(w, r)
		case "/large":
			w.Header().Set("Content-Length", "100000000")
			w.Write(make([]byte, 100_000_000))
		case "/refused":
			w.WriteHeader(http.StatusForbidden)
			w.(http.Flusher).Flush()
			<-release
		case "/unread":
			<-release
		}
		greet(w, r)
	})
	s := standHot(t, Config{}, upstream, nil)
	other := s.dial(t)
	meet := func() {
		other.say(getShop)
		if _, body := other.hear("GET"); body != "GET /" {
			t.Fatalf("the other one is answered with %q", body)
		}
		whenMoored(t, s, 1)
	}
	meet()
	for _, row := range []struct {
		name, said string
		reads      bool
	}{
		{"it asks for what never ends, and reads all of it", "GET /endless HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", true},
		{"it reads nothing of what never ends", "GET /endless HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", false},
		{"it reads nothing of what is large", "GET /large HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", false},
		{"its upstream says nothing", "GET /silent HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", false},
		{"its upstream says half of a refusal", "GET /refused HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", false},
		{"it stops in the middle of a head", "GET /", false},
		{"it stops in the middle of a body", "POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 100\r\n\r\nhalf", false},
		{"nobody reads its body", "POST /unread HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10000000\r\n\r\n" + strings.Repeat("a", 10_000_000), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := s.dial(t)
			done := make(chan bool)
			go func() {
				defer close(done)
				io.WriteString(c, row.said) // as much as is taken
				if row.reads {
					io.Copy(io.Discard, c.Conn)
				}
			}()
			for range 30 {
				other.say(getShop)
				if _, body := other.hear("GET"); body != "GET /" {
					t.Fatalf("the other one is answered with %q", body)
				}
			}
			c.Close()
			<-done
		})
	}
	close(release)
}

// Who is to wait on its own goes on as before, and comes back.
func TestAClientLeavesALoopAndComesBack(t *testing.T) {
	s := standHot(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, r.URL.Path+" "+strings.ToUpper(string(body)))
	}), nil)
	c := s.dial(t)
	for i := range mostTrips + 4 {
		c.say("POST /a HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10\r\n\r\n")
		c.say("hello")
		c.say("hello")
		if _, body := c.hear("POST"); body != "/a HELLOHELLO" {
			t.Fatalf("answer %d is %q", i, body)
		}
		c.say(getShop)
		if _, body := c.hear("GET"); body != "/ " {
			t.Fatalf("answer %d is %q", i, body)
		}
	}
}

// A deadline, an end or a look at the descriptor by somebody else finds who waits.
func TestWhoWaitsAtALoopHearsWhatOthersDo(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(*swift)
		ends bool
	}{
		{"it is closed", func(c *swift) { c.Close() }, true},
		{"it has no time any more", func(c *swift) { c.SetReadDeadline(time.Unix(1, 0)) }, false},
		{"it has time", func(c *swift) { c.SetReadDeadline(time.Now().Add(time.Hour)) }, false},
		{"its descriptor is wanted", func(c *swift) { c.SyscallConn() }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := standHot(t, Config{}, behind(t, greet), nil)
			c := s.dial(t)
			for range 3 {
				c.say(getShop)
				c.hear("GET")
				whenMoored(t, s, 1)
				s.front.crowd.mu.Lock()
				var one *swift
				for g := range s.front.crowd.all {
					one = g.Conn.(*swift)
				}
				s.front.crowd.mu.Unlock()
				row.do(one)
				if row.ends {
					c.hearEnd()
					return
				}
			}
			c.say(getShop)
			if _, body := c.hear("GET"); body != "GET /" {
				t.Errorf("it is answered with %q", body)
			}
		})
	}
}

// Neither a goroutine nor a descriptor is left of a loop that has ended.
func TestALoopLeavesNothingBehind(t *testing.T) {
	goroutines, descriptors := runtime.NumGoroutine(), open(t)
	t.Run("all", func(t *testing.T) {
		s := standHot(t, Config{}, behind(t, greet), nil)
		for i := range 20 {
			c := s.dial(t)
			c.say(getShop)
			c.hear("GET")
			if i%2 == 0 {
				c.Close()
			}
		}
		whenMoored(t, s, 10)
		s.end()
		s.wait()
	})
	for late := time.After(10 * time.Second); runtime.NumGoroutine() > goroutines || open(t) > descriptors; runtime.Gosched() {
		select {
		case <-late:
			t.Fatalf("%d goroutines were %d, %d descriptors were %d", runtime.NumGoroutine(), goroutines, open(t), descriptors)
		default:
		}
	}
}

// An upstream's connection lies at the loop of who uses it, and is everybody's.
func TestConnectionsToAnUpstreamGoFromALoopToOthers(t *testing.T) {
	one := &httptest.Server{Listener: listen(t), Config: &http.Server{Handler: http.HandlerFunc(greet)}}
	made := make(chan bool, 100)
	one.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made <- true
		}
	}
	one.Start()
	t.Cleanup(one.Close)
	s := standHot(t, Config{}, lead(t, one.Listener.Addr().String()), nil)
	c := s.dial(t)
	for i := range 6 {
		head := getShop
		if i%2 == 1 {
			head = "GET / HTTP/1.1\r\nHost: shop.localhost\r\nVia: 1.1 other\r\n\r\n" // the long way
		}
		c.say(head)
		if _, body := c.hear("GET"); body != "GET /" {
			t.Fatalf("answer %d is %q", i, body)
		}
	}
	if len(made) != 1 {
		t.Errorf("%d connections were made", len(made))
	}
}
