package proxy

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// manifold answers in each of the ways in which an answer may come.
func manifold(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/socket":
		c, in, _ := http.NewResponseController(w).Hijack()
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		io.Copy(c, in)
	case "/events":
		w.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			io.WriteString(w, "data: x\n\n")
			w.(http.Flusher).Flush()
		}
	case "/204":
		w.WriteHeader(http.StatusNoContent)
	case "/304":
		w.Header().Set("Etag", `"x"`)
		w.WriteHeader(http.StatusNotModified)
	case "/103":
		w.Header().Set("Link", "</a>")
		w.WriteHeader(http.StatusEarlyHints)
		io.WriteString(w, "late")
	case "/large":
		io.WriteString(w, strings.Repeat("large", 200_000))
	default:
		io.WriteString(w, r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Forwarded-Host")+" "+string(body))
	}
}

const shopClose = shopHost + "Connection: close\r\n"

// What a client gets on a connection that lies at a loop is what it gets on a new one.
func TestAConnectionAtALoopIsAnsweredAsANewOne(t *testing.T) {
	s := standHot(t, Config{Certificate: certificate(t)}, behind(t, manifold), func(f *front) { f.sorter.isEager = false })
	for name, said := range map[string][]string{
		"a request":                     {"GET / HTTP/1.1\r\n" + shopClose + "\r\n"},
		"a head":                        {"HEAD / HTTP/1.1\r\n" + shopClose + "\r\n"},
		"no content":                    {"GET /204 HTTP/1.1\r\n" + shopClose + "\r\n"},
		"what did not change":           {"GET /304 HTTP/1.1\r\n" + shopClose + "\r\n"},
		"early hints":                   {"GET /103 HTTP/1.1\r\n" + shopClose + "\r\n"},
		"events":                        {"GET /events HTTP/1.1\r\n" + shopClose + "\r\n"},
		"much":                          {"GET /large HTTP/1.1\r\n" + shopClose + "\r\n"},
		"a head in parts":               {"GE", "T / HTTP/1.1\r\nHo", shopClose[2:] + "\r", "\n"},
		"a body":                        {"PUT / HTTP/1.1\r\n" + shopClose + "Content-Length: 4\r\n\r\nbody"},
		"a body in parts":               {"PUT / HTTP/1.1\r\n" + shopClose + "Content-Length: 4\r\n\r\nb", "o", "dy"},
		"a body in chunks":              {"PUT / HTTP/1.1\r\n" + shopClose + "Transfer-Encoding: chunked\r\n\r\n2\r\nbo", "\r\n2\r\ndy\r\n0\r\n\r\n"},
		"a body that was asked for":     {"PUT / HTTP/1.1\r\n" + shopClose + "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n", "body"},
		"requests behind one another":   {"GET /1 HTTP/1.1\r\n" + shopHost + "\r\nPUT /2 HTTP/1.1\r\n" + shopHost + "Content-Length: 4\r\n\r\nbodyGET /3 HTTP/1.1\r\n" + shopClose + "\r\n"},
		"a side that is closed":         {"GET /1 HTTP/1.1\r\n" + shopHost + "\r\n"},
		"a body that is cut":            {"PUT / HTTP/1.1\r\n" + shopHost + "Content-Length: 4\r\n\r\nb"},
		"a WebSocket":                   {"GET /socket HTTP/1.1\r\n" + shopHost + hello[strings.Index(hello, "Connection"):] + "hi", "hi"},
		"HTTP/2 in the clear":           {"GET / HTTP/1.1\r\n" + shopHost + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"},
		"HTTP/1.0":                      {"GET / HTTP/1.0\r\n" + shopHost + "\r\n"},
		"a name that is not known":      {"GET / HTTP/1.1\r\nHost: other.localhost\r\nConnection: close\r\n\r\n"},
		"what may mean two things":      {"GET / HTTP/1.1\r\n" + shopHost + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"},
		"a body that may mean anything": {"PUT / HTTP/1.1\r\n" + shopHost + "Transfer-Encoding: chunked\r\n\r\n", "x\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, dial := range []func() *talk{
				func() *talk { return s.dial(t) },
				func() *talk { return s.secret(t, "http/1.1") },
			} {
				fresh, old := dial(), dial()
				if _, isSecret := old.Conn.(*tls.Conn); isSecret && !strings.Contains(said[0], shopClose) {
					return // nobody closes one side of TLS
				}
				old.say(getShop)
				old.hear("GET")
				if want, got := hearAll(t, fresh, said), hearAll(t, old, said); got != want {
					t.Errorf("%T: it gets %.2000q, and a new one %.2000q", old.Conn, got, want)
				}
			}
		})
	}
}

var dates = regexp.MustCompile(`Date: .*\r\n`)

// hearAll says something in parts, closes the client's side, and returns all that comes.
func hearAll(t *testing.T, c *talk, said []string) string {
	c.SetDeadline(time.Now().Add(20 * time.Second))
	for i, part := range said {
		if i > 0 {
			<-time.After(20 * time.Millisecond) // mostly enough for what was said to be read by itself
		}
		if _, err := io.WriteString(c, part); err != nil {
			t.Error(err)
		}
	}
	if half, ok := c.Conn.(*net.TCPConn); ok {
		half.CloseWrite()
	}
	all, err := io.ReadAll(c.in)
	if err != nil {
		t.Error(err)
	}
	return dates.ReplaceAllString(string(all), "")
}
