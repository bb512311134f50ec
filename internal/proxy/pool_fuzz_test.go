package proxy

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// A spoken is a connection on which everything was said already.
type spoken struct {
	net.Conn
	io.Reader
}

func (s spoken) Read(b []byte) (int, error) { return s.Reader.Read(b) }
func (s spoken) Close() error               { return nil }

// FuzzTether reads answers as net/http does, or not at all.
func FuzzTether(f *testing.F) {
	for _, row := range shortRows {
		if len(row.answer) < 1<<10 {
			f.Add(row.answer, false)
		}
	}
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\nA\r\n0123456789\r\n00;a=\"b\"\r\nA: 1\r\nb: 2\r\nA: 3\r\n\r\n", true)
	f.Fuzz(func(t *testing.T, said string, isSlow bool) {
		var from io.Reader = strings.NewReader(said)
		if isSlow {
			from = oneByOne{from}
		}
		one := newTether(&line{Conn: spoken{Reader: from}}, "", 0)
		one.isAsked.Store(true)
		n, err := one.readHead([]byte("GET"))
		if err != nil || one.answer.status < 200 {
			return
		}
		b := &tetherBody{upstream: NewUpstream(limen.Target{Port: 1}), tether: one, unwatch: func() bool { return true }}
		header := headerOf(&one.answer, one.rest()[:n])
		one.skip(n)
		b.begin()
		got := b.receive(header)
		body, err := io.ReadAll(got.Body)
		if err != nil {
			return
		}
		want, err := http.ReadResponse(bufio.NewReader(strings.NewReader(said)), &http.Request{Method: "GET"})
		if err != nil {
			t.Fatalf("net/http says %v", err)
		}
		same, err := io.ReadAll(want.Body)
		if err != nil || !bytes.Equal(body, same) {
			t.Errorf("%q; net/http reads %q, %v", body, same, err)
		}
		if got.StatusCode != want.StatusCode || got.Close != want.Close && got.ContentLength >= 0 {
			t.Errorf("%d, the last %t; net/http: %d, %t", got.StatusCode, got.Close, want.StatusCode, want.Close)
		}
		isSame := func(a, b http.Header) bool { return maps.EqualFunc(a, b, slices.Equal) }
		for _, h := range []http.Header{got.Header, want.Header} {
			for _, hop := range []string{"Transfer-Encoding", "Trailer", "Connection"} { // net/http takes them out
				delete(h, hop)
			}
		}
		if length := want.Header.Get("Content-Length"); length != "" {
			want.Header.Set("Content-Length", cmp.Or(strings.TrimLeft(length, "0"), "0")) // as here
		}
		if !isSame(got.Header, want.Header) || !isSame(got.Trailer, want.Trailer) {
			t.Errorf("%v, %v; net/http: %v, %v", got.Header, got.Trailer, want.Header, want.Trailer)
		}
	})
}

// A oneByOne gives each byte by itself.
type oneByOne struct{ io.Reader }

func (r oneByOne) Read(b []byte) (int, error) { return r.Reader.Read(b[:min(1, len(b))]) }
