package proxy

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// leftovers are answers with more behind them than there should be, which nobody
// must take for a part of the next.
var leftovers = []struct {
	name   string
	ask    string
	answer string
	behind string
	want   int
}{
	{"a body for a HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 200},
	{"a body with 204", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", "evil", 204},
	{"a body with 304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "evil", 304},
	{"a body that is too long", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "evil", 200},
	{"a large one", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 1_000_000), "evil", 200},
	{"bytes behind the last chunk", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "\r\n", 200},
	{"an answer that nobody asked for", "POST", okay, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 200},
	{"to continue, when that is over", "POST", okay, "HTTP/1.1 100 Continue\r\n\r\n", 200},
}

func TestWhatAnUpstreamSaysTooMuchIsNobodysAnswer(t *testing.T) {
	for _, row := range leftovers {
		for name, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n"} {
			for _, isLate := range []bool{false, true} {
				t.Run(name+", "+row.name+map[bool]string{true: ", late"}[isLate], func(t *testing.T) {
					goOn, said := make(chan bool), make(chan bool)
					s := standHot(t, Config{}, raw(t, func(c net.Conn) {
						for in := newReader(c); ; {
							r, err := http.ReadRequest(in)
							switch {
							case err != nil:
								return
							case r.URL.Path == "/next":
								io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")
							case isLate:
								io.WriteString(c, row.answer)
								<-goOn
								io.WriteString(c, row.behind)
								said <- true
							default:
								io.WriteString(c, row.answer+row.behind)
							}
						}
					}), nil)
					c := s.dial(t)
					c.say(row.ask + " / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 0\r\n" + fields + "\r\n")
					if status, body := c.hear(row.ask); status != row.want || strings.Contains(body, "evil") {
						t.Errorf("it is answered with %d, %.20q", status, body)
					}
					if isLate {
						goOn <- true
						<-said
					}
					other := s.dial(t)
					for range 2 {
						other.say("GET /next HTTP/1.1\r\nHost: shop.localhost\r\n" + fields + "\r\n")
						if status, body := other.hear("GET"); status != 200 || body != "next" {
							t.Errorf("the next one is answered with %d, %q", status, body)
						}
					}
				})
			}
		}
	}
}
