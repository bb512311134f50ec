package proxy_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// cutAnswers are answers that end in each way there is. Whoever gets less than
// all of one has to see that it is less.
var cutAnswers = []struct {
	name, method, text string

	// Where the upstream says the end of a body by ending the connection, that is
	// what a FIN says, too, from the end of the head on (RFC 9112, section 6.3).
	endsByFIN bool
}{
	{"a length", "GET", "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 11\r\n\r\nhello world", false},
	{"a length, to a POST", "POST", "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello", false},
	{"chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n", false},
	{"chunks and trailers", "GET", "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\nX-Sum: 1\r\n\r\n", false},
	{"an early answer before it", "GET", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false},
	{"the end of the connection", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello world", true},
	{"nothing but a head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n", false},
}

// manyBytes is an answer of which the first part is long on its way to the
// client when it breaks off.
var manyBytes = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("0123456789", 30_000)

func TestNoAnswerThatBrokeOffLooksWhole(t *testing.T) {
	leavesNothing(t)
	var text atomic.Pointer[string] // what the upstream says, before it ends
	var resets, goesOn atomic.Bool  // how, and whether it does
	upstream := speaking(t, func(c *net.TCPConn) {
		for {
			if _, err := headFrom(c); err != nil {
				return
			}
			io.WriteString(c, *text.Load())
			switch {
			case resets.Load():
				reset(c)
				return
			case !goesOn.Load():
				return
			}
		}
	})
	at := answering(t, upstream)
	two := byTwo(t, at)
	for _, row := range cutAnswers {
		for _, isReset := range []bool{false, true} {
			for n := range len(row.text) + 1 {
				part := row.text[:n]
				text.Store(&part)
				resets.Store(isReset)
				where := fmt.Sprintf("%s, reset %v, cut behind %q", row.name, isReset, part)
				isWhole := n == len(row.text)
				// A POST could come too late on a connection that ends without a word.
				goesOn.Store(isWhole && !row.endsByFIN)
				if row.endsByFIN && !isReset && strings.Contains(part, "\r\n\r\n") {
					continue // it could as well be shorter
				}
				one := visit(t, at)
				fmt.Fprintf(one, "%s / HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", row.method, shop)
				res, _, err := one.hear(row.method)
				one.Close()
				checkWhole(t, where+", by HTTP/1.1", res, err, isWhole, isReset)

				r, _ := http.NewRequestWithContext(t.Context(), row.method, "https://"+shop+"/", nil) // it parses
				res, err = two.Do(r)
				if err == nil {
					_, err = io.ReadAll(res.Body)
					res.Body.Close()
				}
				checkWhole(t, where+", by HTTP/2", res, err, isWhole, isReset)
			}
		}
	}
	for _, n := range []int{100, 4096, 32 << 10, 32<<10 + 43, 64 << 10, 100_000, 262_144, len(manyBytes) - 1} {
		part := manyBytes[:n]
		text.Store(&part)
		resets.Store(false)
		goesOn.Store(false)
		one := visit(t, at)
		fmt.Fprintf(one, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", shop)
		_, body, err := one.hear("GET")
		one.Close()
		if want := n - strings.Index(manyBytes, "\r\n\r\n") - 4; err == nil || len(body) != want {
			t.Errorf("%d bytes of a long one: %d of %d arrive, and %v", n, len(body), want, err)
		}
	}
}

// checkWhole holds what a client makes of an answer against what its upstream has
// said. Of the end before a reset, the kernel may have taken something away.
func checkWhole(t *testing.T, where string, res *http.Response, err error, isWhole, isReset bool) {
	t.Helper()
	isGood := err == nil && res.StatusCode < 300
	isBroken := err != nil || res.StatusCode == http.StatusBadGateway
	switch {
	case isWhole && isReset:
	case isWhole && !isGood:
		t.Errorf("%s: it was whole, and the client sees %v, %v", where, res, err)
	case !isWhole && !isBroken:
		t.Errorf("%s: the client takes it for whole: %v", where, res)
	}
}

// headFrom reads a head as it comes, and nothing behind it. Of TLS, which limen
// tries where it heard nothing, it has enough at once.
func headFrom(c io.Reader) (string, error) {
	var all []byte
	for one := make([]byte, 1); !bytes.HasSuffix(all, []byte("\r\n\r\n")); {
		n, err := c.Read(one)
		if n == 0 && err != nil {
			return string(all), err
		}
		if all = append(all, one[:n]...); all[0] == 0x16 { // a handshake (RFC 8446, section 5.1)
			return "", errors.New("it is TLS")
		}
	}
	return string(all), nil
}
