package proxy

import (
	"strconv"
	"strings"
	"testing"
)

func TestWhatNobodyKeepsIsLeftToTheKernel(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 3<<20/16)
	s := standHot(t, Config{}, says(t, "HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body), nil)
	shelf := watched(s.proxy)
	c := s.dial(t)
	c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	if _, got := c.hear("GET"); got != body {
		t.Fatalf("%d bytes come, of %d, or others", len(got), len(body))
	}
	if got := shelf.last(t, 1); got.content.Len() > tapedMost+hotBulk || got.passed[1] == 0 {
		t.Errorf("%d bytes are shown to who has enough with %d, and %d are not", got.content.Len(), tapedMost, got.passed[1])
	}
}
