package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// An h2Place is a server of HTTP/2 on loopback, and how each of its connections ended.
type h2Place struct {
	net.Listener
	ended chan error
	pool  *tls.Config
}

// serveH2 serves a handler over TLS, or in plain text, until the test ends.
func serveH2(t testing.TB, h http.Handler, limits h2Limits, secure bool) *h2Place {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &h2Place{l, make(chan error, 1000), nil}
	var config *tls.Config
	if secure {
		borrowed := httptest.NewUnstartedServer(nil)
		borrowed.StartTLS()
		config = &tls.Config{Certificates: borrowed.TLS.Certificates, NextProtos: []string{"h2"}}
		borrowed.Close()
		p.pool = &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				if secure {
					conn = tls.Server(conn, config)
					if err := conn.(*tls.Conn).Handshake(); err != nil {
						conn.Close()
						return
					}
				}
				p.ended <- serveHTTP2(ctx, conn, h, limits)
			}()
		}
	}()
	t.Cleanup(func() { cancel(); l.Close(); <-over })
	return p
}

// client is Go's own.
func (p *h2Place) client(t testing.TB) *http.Client { return h2Client(t, p.pool) }

// h2Client is a client that speaks nothing else; without a TLS configuration in plain
// text.
func h2Client(t testing.TB, secure *tls.Config) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(secure != nil)
	protocols.SetUnencryptedHTTP2(secure == nil)
	tr := &http.Transport{Protocols: protocols, TLSClientConfig: secure, DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func (p *h2Place) url(path string) string {
	if p.pool == nil {
		return "http://" + p.Addr().String() + path
	}
	return "https://" + p.Addr().String() + path
}

func TestH2AnswersGosClient(t *testing.T) {
	p := serveH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("X-Seen", r.Method+" "+r.URL.String())
		fmt.Fprintf(w, "got %d bytes", len(b))
	}), h2Limits{}, true)
	res, err := p.client(t).Post(p.url("/x?y=1"), "text/plain", strings.NewReader(strings.Repeat("x", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if string(b) != "got 1048576 bytes" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if res.ContentLength != 17 || res.Header.Get("X-Seen") != "POST /x?y=1" || res.Header.Get("Date") == "" {
		t.Errorf("%d, %v", res.ContentLength, res.Header)
	}
}
