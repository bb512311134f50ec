package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestEscapesAreToldFromWhatLooksLikeThem(t *testing.T) {
	for text, want := range map[string]bool{
		``: false, `\ufffd`: true, `\\ufffd`: false, `\\\ufffd`: true, `\\ufffd\ufffd`: true, `ufffd`: false, "\ufffd": false, `\\\\ufffd \\ufffd`: false,
	} {
		if got := hasEscape([]byte(text), `\ufffd`); got != want {
			t.Errorf("%s has one: %v; want %v", text, got, want)
		}
	}
}

func FuzzParseQuestion(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `{"query":{"ports":["3000-3010"],"text":["a"]},"identify":true}`, `{"query":{"address":"::1%eth0"}} {}`, `{"x":1}`, "{\"query\":{\"user\":\"\xff\"}}", strings.Repeat(`{"query":`, 100)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var in op.ListIn
		err := parseQuestion(text, &in)
		if known := (*limen.Error)(nil); err != nil && !errors.As(err, &known) {
			t.Fatalf("%q: %v is in less than three parts", text, err)
		}
		if err == nil && !json.Valid(text) {
			t.Fatalf("%q is taken for JSON", text)
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	for _, s := range []string{`{"item":{"count":1}}`, `{"item":null}`, `{"end":true}`, `{"error":{"kind":"busy","what":"a","why":"b","answer":{}}}`, `{}`, `[]`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var item tally
		r, err := parseRecord(line, &item)
		if err == nil && !r.End && r.Error == nil && !r.Item.filled {
			t.Fatalf("%q is a record of nothing", line)
		}
	})
}

// What a server says is read whole, whatever it is: no panic, no item that is
// none, and an end or an error.
func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{
		feedHead + "{\"item\":{\"count\":1}}\n\n{\"end\":true}\n",
		verbHead + "Content-Length: 12\r\n\r\n{\"text\":\"a\"}",
		"HTTP/1.1 102 Processing\r\n\r\n" + strings.Replace(verbHead, "200", "409", 1) + "Content-Length: 36\r\n\r\n{\"kind\":\"busy\",\"what\":\"a\",\"why\":\"b\"}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLimen-Wire: 1\r\n\r\nffffffffffffffff\r\n",
		"SSH-2.0\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		for _, feed := range []bool{true, false} {
			near, far := pair(t)
			go func() {
				far.Write(answer)
				far.CloseWrite()
				io.Copy(io.Discard, far) // the question
				far.Close()
			}()
			c := &Client{pace: usual, idle: []*conn{newConn(near, usual)}, path: "/nowhere"}
			var err error
			if feed {
				_, err = collect(counter.On(t.Context(), c, tally{}))
			} else {
				_, err = echo.On(t.Context(), c, word{})
			}
			if known := (*limen.Error)(nil); err != nil && !errors.As(err, &known) {
				t.Errorf("%q: %v is in less than three parts", answer, err)
			}
			c.Close()
		}
	})
}

// pair returns the two ends of a connection.
func pair(t *testing.T) (near, far *net.UnixConn) {
	t.Helper()
	l, err := net.Listen("unix", directory(t)+"/s")
	must(t, err)
	defer l.Close()
	near = raw(t, l.Addr().String())
	c, err := l.Accept()
	must(t, err)
	return near, c.(*net.UnixConn)
}

// What somebody sends is answered or cut off, and the next one is answered.
func FuzzServe(f *testing.F) {
	for _, s := range []string{
		request("/v1/echo", usualHead, `{"text":"a"}`), request("/v1/none", usualHead, ``), "GET / HTTP/1.1\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01", request("/v1/echo", usualHead+"Transfer-Encoding: chunked\r\n", `{}`),
	} {
		f.Add([]byte(s))
	}
	socket := served(f, handle(op.Table{echo.By(echoed)}, nil))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := raw(t, socket)
		c.Write(text)
		c.CloseWrite()
		answer, _ := io.ReadAll(c)
		if len(answer) > 0 {
			res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
			if err != nil {
				t.Fatalf("%q is answered with %q: %v", text, answer, err)
			}
			res.Body.Close()
		}
	})
}
