package proxy

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkH2 compares our front with net/http's in one run: small answers over TLS,
// 4 connections of 16 requests at a time, the same client, in the same process.
func BenchmarkH2(b *testing.B) {
	body := make([]byte, 1024)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Content-Type"] = []string{"text/html"}
		h["Content-Length"] = []string{"1024"}
		h["Server"] = []string{"bench"}
		w.Write(body)
	})
	b.Run("ours", func(b *testing.B) {
		p := serveH2(b, handler, h2Limits{}, true)
		benchmarkH2(b, p.url("/"))
	})
	b.Run("net-http", func(b *testing.B) {
		s := httptest.NewUnstartedServer(handler)
		s.EnableHTTP2 = true
		s.StartTLS()
		defer s.Close()
		benchmarkH2(b, s.URL)
	})
}

func benchmarkH2(b *testing.B, url string) {
	benchmarkH2On(b, url, &tls.Config{InsecureSkipVerify: true})
}

// benchmarkH2On asks for shop.localhost.
func benchmarkH2On(b *testing.B, url string, secure *tls.Config) {
	var clients [4]*http.Client
	for i := range clients {
		clients[i] = h2Client(b, secure)
	}
	var next atomic.Int32
	b.ReportAllocs()
	b.SetParallelism(32) // of 2 processors
	b.RunParallel(func(pb *testing.PB) {
		c := clients[next.Add(1)%4]
		for pb.Next() {
			r, err := http.NewRequest("GET", url, nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Host = shop
			res, err := c.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
}

// BenchmarkH2Recorded is what it costs the short way of HTTP/2 to tell a recorder that
// does nothing.
func BenchmarkH2Recorded(b *testing.B) {
	for name, by := range map[string]Recorder{"nobody": nil, "somebody": deaf{}} {
		b.Run(name, func(b *testing.B) {
			route := behind(b, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Length"] = []string{"1024"}
				w.Write(make([]byte, 1024))
			})
			route.Upstream.learn(mannerUnknown, mannerPlain)
			p := New(Config{})
			p.Set([]Route{route})
			p.Record(by)
			benchmarkH2On(b, "http://"+serve(b, p)+"/", nil)
		})
	}
}

// A deaf is a recorder, and a recording, of nothing.
type deaf struct{}

func (deaf) Meet(netip.AddrPort, netip.AddrPort)        {}
func (deaf) Begin(time.Time, Passage, []byte) Recording { return deaf{} }
func (deaf) Asked([]byte)                               {}
func (deaf) Answered(time.Time, []byte)                 {}
func (deaf) Content([]byte)                             {}
func (deaf) Passed(int64, int64)                        {}
func (deaf) HasEnough() bool                            { return false }
func (deaf) Joined(time.Time)                           {}
func (deaf) End(time.Time, string)                      {}
