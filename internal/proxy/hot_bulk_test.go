package proxy

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func TestALargeAnswerPassesWholeAndIsRecordedToABound(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 3<<20/16)
	answer := "HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	for _, isTaped := range []bool{false, true} {
		s := standHot(t, Config{}, says(t, answer), nil)
		shelf := &shelf{}
		if isTaped {
			shelf = watched(s.proxy)
		}
		c := s.dial(t)
		for range 2 { // the connection goes on behind it
			c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
			if _, got := c.hear("GET"); got != body {
				t.Fatalf("%d bytes come, of %d, or others", len(got), len(body))
			}
			if !isTaped {
				continue
			}
			if got := shelf.last(t, 1); got.content.Len()+int(got.passed[1]) != len(body) || got.content.Len() < tapedMost || !strings.HasPrefix(body, got.content.String()) {
				t.Errorf("%d bytes are recorded, and %d are said to have passed", got.content.Len(), got.passed[1])
			}
		}
		if s.long.Load() > 0 {
			t.Error("it went the long way")
		}
	}
}

func TestALargeAnswerThatBreaksOffIsSeenToBeCut(t *testing.T) {
	s := standHot(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n"+strings.Repeat("x", 2_000_000))
	}), nil)
	c := s.dial(t)
	c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(res.Body); err != io.ErrUnexpectedEOF || len(b) != 2_000_000 {
		t.Errorf("%d bytes come, and then %v", len(b), err)
	}
}
