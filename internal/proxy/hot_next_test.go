package proxy

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const shopHost = "Host: shop.localhost\r\n"

// A turn is a request, an answer to it, and what the client gets.
type turn struct {
	name   string
	ask    string // the lines behind the first, and what follows
	method string // GET if empty
	answer string
	status int
	body   string
	isLast bool // the client's connection must not go on
}

var chunkedBody = "Transfer-Encoding: chunked\r\n\r\n"

var turns = []turn{
	{name: "a length", answer: okay, status: 200, body: "ok"},
	{name: "chunks and trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n2;x=y\r\nok\r\n0\r\nX-A: 1\r\nContent-Length: 100\r\n\r\n", status: 200, body: "ok"},
	{name: "until the end", answer: "HTTP/1.0 200 OK\r\n\r\nok", status: 200, body: "ok"},
	{name: "close", answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok"},
	{name: "to a HEAD", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", status: 200},
	{name: "to a HEAD, in chunks", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", status: 200},
	{name: "to a HEAD, no HTTP", method: "HEAD", answer: "nothing at all\r\n\r\n", status: 502},
	{name: "to a HEAD, a host that is refused", method: "HEAD", answer: "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n", status: 403},
	{name: "204 with a length", answer: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", status: 204},
	{name: "204 in chunks", answer: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", status: 204},
	{name: "304 with a length", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", status: 304},
	{name: "304 in chunks", answer: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", status: 304},
	{name: "no HTTP", answer: "nothing at all\r\n\r\n", status: 502},
	{name: "100 and 103 before", answer: "HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n" + okay, status: 200, body: "ok"},
	{name: "a body", method: "POST", ask: "Content-Length: 5\r\n\r\nhello", answer: okay, status: 200, body: "ok"},
	{name: "chunks of a client", method: "PUT", ask: chunkedBody + "5;x\r\nhello\r\n0\r\nX-B: 1\r\n\r\n", answer: okay, status: 200, body: "ok"},
	{name: "no body in chunks", method: "POST", ask: chunkedBody + "0\r\n\r\n", answer: okay, status: 200, body: "ok"},
	{name: "more than is kept", method: "POST", ask: "Content-Length: 300000\r\n\r\n" + strings.Repeat("GET /evil HTTP/1.1\r\n\r\n   ", 12_000), answer: okay, status: 200, body: "ok"},
	{name: "a bad chunk", method: "POST", ask: chunkedBody + "5\nhello\r\n0\r\n\r\n", status: 400, isLast: true},
	{name: "a HEAD with a body", method: "HEAD", ask: "Content-Length: 5\r\n\r\nhello", answer: okay[:len(okay)-2], status: 200},
	{name: "a GET with a body", ask: "Content-Length: 5\r\n\r\nhello", answer: okay, status: 200, body: "ok"},
	{name: "an upgrade that is declined", ask: "Connection: Upgrade\r\nUpgrade: x\r\n\r\n", answer: okay, status: 200, body: "ok"},
	{name: "an upgrade that nobody asked for", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", status: 502},
	{name: "close by the client", ask: "Connection: close\r\n\r\n", answer: okay, status: 200, body: "ok", isLast: true},
	{name: "both framings", method: "POST", ask: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status: 400, isLast: true},
}

func (r turn) text(i int, fields string) string {
	method := r.method
	if method == "" {
		method = "GET"
	}
	ask := r.ask
	if ask == "" {
		ask = "\r\n"
	}
	return method + " /" + strconv.Itoa(i) + " HTTP/1.1\r\n" + shopHost + fields + ask
}

// turning answers each request as its row says, and the others with their path. It
// takes note of what should never come.
func turning(t *testing.T) Route {
	return raw(t, func(c net.Conn) {
		for in := newReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			i, err := strconv.Atoi(r.URL.Path[1:])
			switch {
			case err == nil:
				io.WriteString(c, turns[i].answer)
				if a := turns[i].answer; strings.HasPrefix(a, "HTTP/1.0") || strings.Contains(a, "close") || strings.Contains(a, "nothing at all") {
					return
				}
			case r.URL.Path == "/evil":
				t.Error("a body became a request")
			default:
				path := r.URL.Path
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(path))+"\r\n\r\n"+path)
			}
		}
	})
}

func TestARequestDoesNothingToTheNext(t *testing.T) {
	for i, row := range turns {
		for name, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n"} {
			for _, isPipelined := range []bool{false, true} {
				t.Run(row.name+", "+name+map[bool]string{true: ", pipelined"}[isPipelined], func(t *testing.T) {
					s := standHot(t, Config{}, turning(t), nil)
					c := s.dial(t)
					const next = "GET /next HTTP/1.1\r\n" + shopHost + "\r\n"
					if text := row.text(i, fields); isPipelined {
						go io.WriteString(c, text+next+next) // which may be more than anybody reads
					} else {
						c.say(text)
					}
					method, _, _ := strings.Cut(row.text(i, ""), " ")
					status, body := c.hear(method)
					for status >= 100 && status < 200 {
						status, body = c.hear(method)
					}
					if status != row.status || row.status < 400 && body != row.body {
						t.Fatalf("it is answered with %d, %q", status, body)
					}
					for range 2 {
						if row.isLast {
							continue
						}
						if !isPipelined {
							c.say(next)
						}
						if status, body := c.hear("GET"); status != 200 || body != "/next" {
							t.Errorf("the next one is answered with %d, %q", status, body)
						}
					}
					if row.isLast {
						c.hearEnd()
					}
				})
			}
		}
	}
}

// A counter counts what goes through it.
type counter struct{ atomic.Int64 }

func (n *counter) Write(b []byte) (int, error) {
	n.Add(int64(len(b)))
	return len(b), nil
}

// stalls waits until nothing more is counted, because all on the way is full.
func (n *counter) stalls() {
	for was := int64(-1); was == 0 || was != n.Load(); {
		was = n.Load()
		<-time.After(100 * time.Millisecond)
	}
}

// An upstream that has answered may take nothing more, and not hang up either.
func TestAnAnswerArrivesWhereNobodyTakesTheBody(t *testing.T) {
	for name, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n"} {
		t.Run(name, func(t *testing.T) {
			done, sent := make(chan bool), &counter{}
			defer close(done)
			s := standHot(t, Config{}, raw(t, func(c net.Conn) {
				heard(c)
				sent.stalls()
				io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
				<-done
			}), nil)
			c := s.dial(t)
			c.say("POST / HTTP/1.1\r\n" + shopHost + fields + "Content-Length: 1000000000\r\n\r\n")
			go io.Copy(c, io.TeeReader(nothing{}, sent))
			if status, body := c.hear("POST"); status != 413 || body != "no" {
				t.Errorf("it is answered with %d, %q", status, body)
			}
		})
	}
}
