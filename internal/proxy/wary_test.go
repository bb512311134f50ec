package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

func TestWhatIsUnderstoodInTwoWaysIsRefusedWithAReason(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			t.Errorf("%s %s is let through", r.Method, r.URL)
		}
	})
	refused := func(name, text string, why breach) {
		t.Run(name, func(t *testing.T) {
			c := s.dial(t)
			// The refusal may come before all was said.
			go io.WriteString(c, text+smuggled)
			status, body := c.hear("GET")
			if status != breaches[why].status || !strings.Contains(body, breaches[why].what) || !strings.Contains(body, breaches[why].source) {
				t.Errorf("it is answered with %d, %q", status, body)
			}
			c.hearEnd()
		})
	}
	for _, row := range heads {
		if row.why != 0 {
			refused(row.name, row.text, row.why)
		}
	}
	for _, row := range bodies {
		if row.why != 0 {
			refused("chunks: "+row.name, get("Transfer-Encoding: chunked")+row.text, row.why)
		}
	}
}

func TestRequestsThatComeAtOnceOrInPiecesAreAnsweredInOrder(t *testing.T) {
	const all = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" +
		"POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n" +
		"\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"HEAD /5 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"GET /6 HTTP/1.1\r\nHost: a\r\n\r\n"
	want := []string{"GET /1 ", "POST /2 hello", "POST /3 hello1", "GET /4 ", "", "GET /6 "}
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		io.WriteString(w, r.Method+" "+r.URL.Path+" "+string(body)+r.Trailer.Get("X-Sum"))
	})
	for _, piece := range []int{1, 10, len(all)} {
		c := s.dial(t)
		go func() {
			for rest := all; rest != ""; {
				n := min(piece, len(rest))
				io.WriteString(c, rest[:n])
				rest = rest[n:]
			}
		}()
		for i, text := range want {
			method := "GET"
			if i == 4 {
				method = "HEAD"
			}
			if status, body := c.hear(method); status != 200 || body != text {
				t.Errorf("in pieces of %d, answer %d is %d, %q", piece, i+1, status, body)
			}
		}
	}
}

func TestARequestBehindAGoodOneIsReadAsStrictly(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/smuggled" {
			t.Error("what stood behind a breach is answered")
		}
		greet(w, r)
	})
	c := s.dial(t)
	c.say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /2 HTTP/1.1\r\nHost : a\r\n\r\n" + smuggled)
	if status, body := c.hear("GET"); status != 200 || body != "GET /1" {
		t.Errorf("the first is answered with %d, %q", status, body)
	}
	if status, _ := c.hear("GET"); status != http.StatusBadRequest {
		t.Errorf("the second is answered with %d", status)
	}
	c.hearEnd()
}

func TestABreachInABodyEndsAnAnswerThatIsOnItsWay(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		io.WriteString(w, "begun")
		http.NewResponseController(w).Flush()
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			t.Error("the body is let through")
		}
	})
	c := s.dial(t)
	c.say(get("Transfer-Encoding: chunked") + "1\r\nx\r\n")
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.say("1\nx\r\n0\r\n\r\n" + smuggled)
	if b, _ := io.ReadAll(res.Body); string(b) != "begun" {
		t.Errorf("the answer is %q", b)
	}
	c.hearEnd()
}

func TestWhoExpectsToContinueIsToldTo(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})
	ask := "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
	c := s.dial(t)
	c.say(ask)
	if status, _ := c.hear("POST"); status != http.StatusContinue {
		t.Fatalf("the head is answered with %d", status)
	}
	c.say("5\r\nhello\r\n0\r\n\r\n")
	if status, body := c.hear("POST"); status != 200 || body != "hello" {
		t.Errorf("the body is answered with %d, %q", status, body)
	}
	c.say(ask)
	c.hear("POST")
	c.say("5\nhello\r\n0\r\n\r\n")
	if status, _ := c.hear("POST"); status != http.StatusBadRequest {
		t.Errorf("a bad body is answered with %d", status)
	}
}

func TestOnlyAnUpgradeThatHappenedLetsAnythingThrough(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/smuggled":
			t.Error("what stood behind a declined upgrade is answered")
		case "/decline":
			greet(w, r)
		default:
			c, in, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if in.Reader.Buffered() > 0 {
				t.Error("the server has read what is not for it")
			}
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
			io.Copy(c, c)
		}
	})
	ask := " HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"

	c := s.dial(t)
	c.say("GET /accept" + ask + "early\nGET")
	if status, _ := c.hear("GET"); status != http.StatusSwitchingProtocols {
		t.Fatalf("it is answered with %d", status)
	}
	c.say(" late")
	c.Conn.(*net.TCPConn).CloseWrite()
	if b, err := io.ReadAll(c.in); string(b) != "early\nGET late" || err != nil {
		t.Errorf("%q comes back, and %v", b, err)
	}

	c = s.dial(t)
	c.say("GET /decline" + ask + "\x81\x80early\r\n\r\n" + smuggled)
	if status, _ := c.hear("GET"); status != 200 {
		t.Errorf("it is declined with %d", status)
	}
	if status, _ := c.hear("GET"); status != http.StatusBadRequest {
		t.Errorf("what follows is answered with %d", status)
	}
	c.hearEnd()
}

func TestAClientThatClosesItsSideGetsItsAnswers(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).Flush()
		select { // longer than it takes to see the end
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
			t.Error("it is given up")
		}
		greet(w, r)
	})
	c := s.dial(t)
	c.say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
	c.Conn.(*net.TCPConn).CloseWrite()
	for _, want := range []string{"GET /1", "GET /2"} {
		if _, body := c.hear("GET"); body != want {
			t.Errorf("it gets %q", body)
		}
	}
	c.hearEnd()
}

func TestARequestEndsWithItsClient(t *testing.T) {
	ended := make(chan bool)
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		ended <- true
	})
	reset := s.dial(t)
	reset.say(get())
	reset.Conn.(*net.TCPConn).SetLinger(0)
	reset.Close()
	<-ended
	gone := s.dial(t)
	gone.say(get())
	gone.Close()
	<-ended
}

func TestAHeadThatDripsIsGivenUp(t *testing.T) {
	f := newFront(Config{}, http.HandlerFunc(greet))
	f.sorter.limits.head = hurry
	c := frontOn(t, f, listen(t)).dial(t)
	c.say("G")
	go func() {
		for {
			if _, err := io.WriteString(c, "E"); err != nil {
				return
			}
			<-time.After(time.Millisecond)
		}
	}()
	if status, _ := c.hear("GET"); status != http.StatusRequestTimeout {
		t.Errorf("it is answered with %d", status)
	}
}

func TestOldClientsKeepTheirConnectionIfTheyAsk(t *testing.T) {
	s := startFront(t, Config{}, greet)
	c := s.dial(t)
	for range 2 {
		c.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
		if status, _ := c.hear("GET"); status != 200 {
			t.Errorf("it is answered with %d", status)
		}
	}
	c.say("GET / HTTP/1.0\r\n\r\n")
	c.hear("GET")
	c.hearEnd()
}

func TestAStarIsAskedOfTheUpstream(t *testing.T) {
	upstream := record(t)
	s := proxied(t, upstream.Addr(), "shop.localhost")
	c := s.dial(t)
	c.say("OPTIONS * HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if status, body := c.hear("OPTIONS"); status != 200 || body != "seen" {
		t.Errorf("it is answered with %d, %q", status, body)
	}
	if got := upstream.taken(); !strings.HasPrefix(got, "OPTIONS * HTTP/1.1\r\n") {
		t.Errorf("the upstream gets %q", got)
	}
}

func TestABodyNobodyReadsDoesNotBecomeARequest(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/smuggled" {
			t.Error("a body is answered")
		}
		w.WriteHeader(http.StatusForbidden)
	})
	for _, size := range []string{strconv.Itoa(len(smuggled)), "1000000"} {
		c := s.dial(t)
		c.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n" + smuggled)
		if status, _ := c.hear("POST"); status != http.StatusForbidden {
			t.Errorf("it is answered with %d", status)
		}
	}
}

func TestAWaryReadsEightBitsOfEverything(t *testing.T) {
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		io.Copy(w, r.Body)
	})
	all := strings.Repeat("\x00\r\n\r\n0\r\n\r\nGET / HTTP/1.1\n\xff", 50_000)
	c := s.dial(t)
	go func() {
		w := bufio.NewWriter(c)
		req, _ := http.NewRequest("POST", "http://shop.localhost/", io.MultiReader(strings.NewReader(all))) // of no known length
		req.Write(w)
		w.Flush()
	}()
	if _, body := c.hear("POST"); body != all {
		t.Errorf("%d bytes come back, of %d", len(body), len(all))
	}
}
