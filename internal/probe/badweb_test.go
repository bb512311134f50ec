package probe

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// Web servers that mean ill, met with everything that limen knows to ask.
func TestIdentifyOutlastsBadWebServers(t *testing.T) {
	reply := func(header string, body string) peer {
		return func(conn net.Conn) {
			b := make([]byte, 4096)
			for {
				if _, err := conn.Read(b); err != nil {
					return
				}
				fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", header, len(body), body)
			}
		}
	}
	flood := func(head, text string) peer {
		return hears(func(conn net.Conn, _ string) {
			io.WriteString(conn, head)
			for _, err := conn.Write(nil); err == nil; _, err = io.WriteString(conn, text) {
			}
		})
	}
	vast := strings.Repeat("x", 64<<10)
	for name, p := range map[string]peer{
		"a gzip bomb":                   reply("200 OK\r\nContent-Encoding: gzip", bomb(t)),
		"a redirect to itself":          reply("302 Found\r\nLocation: /", ""),
		"a redirect to ever more":       reply("302 Found\r\nLocation: /"+strings.Repeat("a/", 2000), ""),
		"a redirect elsewhere":          reply("302 Found\r\nLocation: http://203.0.113.1/", ""),
		"a title of escapes":            reply("200 OK\r\nContent-Type: text/html", "<title>\x1b]0;x\a\xff\u202e</title>"),
		"a server of escapes":           reply("200 OK\r\nServer: ng\x1binx/1.\xff2", ""),
		"a header without end":          flood("HTTP/1.1 200 OK\r\n", "X: "+vast+"\r\n"),
		"a body without end":            flood("HTTP/1.1 200 OK\r\n\r\n", vast),
		"chunks without end":            flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
		"a chunk of all there is":       flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", vast),
		"interim answers without end":   flood("", "HTTP/1.1 100 Continue\r\n\r\n"),
		"a length of less than nothing": reply("200 OK\r\nContent-Length: -1", "x"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, p)
			s, err := Identify(t.Context(), v.at)
			if n := v.most.Load(); n > 1 {
				t.Errorf("%d connections at once", n)
			}
			if err != nil {
				return // that is an answer, too
			}
			if s.Protocol != "http" || s.Product != "" {
				t.Errorf("it is taken for %s %q %q", s.Protocol, s.Product, s.Version)
			}
			if len(s.Title) > mostLine || len(s.Evidence) > 32 {
				t.Errorf("a title of %d bytes, and %d pieces of evidence", len(s.Title), len(s.Evidence))
			}
			if s.Authentication == limen.AuthenticationNone {
				t.Error("it is said to ask nobody, and was asked nothing worth keeping")
			}
		})
	}
}

// bomb is a megabyte of nothing in a thousand bytes.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
