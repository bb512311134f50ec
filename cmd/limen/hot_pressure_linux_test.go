package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mostBetween is how many bytes may be on the way between two of whom one takes
// nothing: what the kernel keeps for the four ends of two connections, and little
// of ours. How large the kernel lets them grow depends on its settings (tcp(7),
// tcp_wmem and tcp_rmem).
const mostBetween = 96 << 20

func TestWhoTakesNothingHoldsTheOtherSideBack(t *testing.T) {
	const much = 128 << 20
	var sent *meter // by the upstream
	goOn := make(chan bool)
	upstream := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/down":
			w.Header().Set("Content-Length", fmt.Sprint(much))
			sent.out = w
			io.Copy(sent, zerosOf(much))
		case "/parts":
			sent.out = w
			io.Copy(sent, zerosOf(much))
		case "/up":
			<-goOn
			n, _ := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n)
		default:
			io.WriteString(w, "here")
		}
	})
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(upstream))
	h.warm("shop")
	h.undisturbed()
	for _, row := range []struct {
		name, url string
		client    *http.Client
		isUp      bool
		length    int64
		isShared  bool // others go over the same connection
	}{
		{"down", "http://shop.localhost/down", h.client(1), false, 0, false},
		{"down in parts", "http://shop.localhost/parts", h.client(1), false, 0, false},
		{"down over TLS", "https://shop.localhost/down", h.client(1), false, 0, false},
		{"down by HTTP/2", "https://shop.localhost/down", h.byTwo(), false, 0, true},
		{"up", "http://shop.localhost/up", h.client(1), true, much, false},
		{"up in parts", "http://shop.localhost/up", h.client(1), true, -1, false},
		{"up over TLS", "https://shop.localhost/up", h.client(1), true, much, false},
		{"up by HTTP/2", "https://shop.localhost/up", h.byTwo(), true, much, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			memory := startGauge(t, h.pid())
			moved := &meter{in: zerosOf(much)}
			method, body, want := "GET", io.Reader(nil), int64(much)
			sent = moved
			if row.isUp {
				method, body, want = "POST", moved, int64(len(fmt.Sprint(much)))
			}
			r, err := http.NewRequestWithContext(t.Context(), method, row.url, body)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = row.length
			answered := make(chan error, 1)
			read := make(chan bool)
			go func() {
				a, err := row.client.Do(r)
				if err != nil {
					answered <- err
					return
				}
				defer a.Body.Close()
				<-read
				n, err := io.Copy(io.Discard, a.Body)
				if err == nil && n != want {
					err = fmt.Errorf("%d bytes of %d", n, want)
				}
				answered <- err
			}()
			between := moved.stall(t)
			t.Logf("%d KiB between, %d KiB more memory at most", between>>10, memory.grown()>>10)
			if between > mostBetween || memory.grown() > mostMore {
				t.Errorf("nobody takes anything, and %d MiB are on the way; %d MiB more memory", between>>20, memory.grown()>>20)
			}
			if row.isShared {
				if text, err := fetchFrom(row.client, "https://shop.localhost/"); err != nil || text != "here" {
					t.Errorf("another one over the same connection: %q, %v", text, err)
				}
			}
			close(read)
			if row.isUp {
				goOn <- true
			}
			if err := <-answered; err != nil {
				t.Errorf("when it takes it after all: %v", err)
			}
		})
	}
}

// A client that takes a little, again and again, is as good as any.
func TestASlowReaderGetsAllOfIt(t *testing.T) {
	const much = 8 << 20
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(much))
		io.Copy(w, zerosOf(much))
	})))
	h.warm("shop")
	h.undisturbed()
	small := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	c, err := small.Dial("tcp", h.door(80))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	a, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	// Longer than any limit that there is for those that do not move.
	every := time.NewTicker(time.Duration(often(int(time.Millisecond), int(time.Second))))
	defer every.Stop()
	one := make([]byte, 1)
	slow := often(300, 90)
	for range slow {
		<-every.C
		if _, err := io.ReadFull(a.Body, one); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := io.Copy(io.Discard, a.Body); err != nil || n != int64(much-slow) {
		t.Errorf("%d bytes of %d: %v", n, much-slow, err)
	}
}

func TestThoseThatDripHoldNobodyUp(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	h.warm("shop")
	h.undisturbed()
	memory := startGauge(t, h.pid())
	h2 := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	texts := []string{
		"GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-A: ",
		"POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 500\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
		h2 + "\x00\xff\xff\x01\x04\x00\x00\x00\x01",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	}
	var all []net.Conn
	n := often(200, 2_000)
	for range n {
		c, err := net.Dial("tcp", h.door(80))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		all = append(all, c)
	}
	client := h.client(1)
	for round := range 90 {
		for i, c := range all {
			text := texts[i%len(texts)] + strings.Repeat("a", 90)
			c.Write([]byte(text[round : round+1])) // one that was refused has been closed
		}
		if round%10 > 0 {
			continue
		}
		if text, err := fetchFrom(client, "http://shop.localhost/"); err != nil || text != "here" {
			t.Fatalf("beside %d that drip: %q, %v", n, text, err)
		}
	}
	t.Logf("%d KiB more memory at most, for %d", memory.grown()>>10, n)
	if memory.grown() > mostMore {
		t.Errorf("%d MiB more memory", memory.grown()>>20)
	}
}

// mostIdle is how much memory a connection may take that waits for its next
// request. Without the looking for races it is a tenth of that.
const mostIdle = 256 << 10

func TestIdleConnectionsTakeLittle(t *testing.T) {
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startUpstream(t, "127.0.0.1:0", "here")))
	h.warm("shop")
	h.undisturbed()
	const n = 1000 // so that what a garbage collector has yet to come for is little beside it
	for _, row := range []struct {
		name     string
		protocol string // of TLS; empty is in the clear
	}{{"in the clear", ""}, {"over TLS", "http/1.1"}} {
		t.Run(row.name, func(t *testing.T) {
			before := residentIn(t, h.pid())
			for range n {
				c, err := net.Dial("tcp", h.door(80))
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if row.protocol != "" {
					c = tls.Client(c, &tls.Config{ServerName: "shop.localhost", InsecureSkipVerify: true, NextProtos: []string{row.protocol}})
				}
				fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
				a, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil || a.StatusCode != http.StatusOK {
					t.Fatalf("%v, %v", a, err)
				}
				io.Copy(io.Discard, a.Body)
			}
			var more int64
			defer func() { t.Logf("%d connections take %d KiB more, %d bytes each", n, more>>10, more/n) }()
			eventually(t, "they take little when the garbage of their beginnings is gone", func() bool {
				more = residentIn(t, h.pid()) - before
				return more <= n*mostIdle
			})
		})
	}
}
