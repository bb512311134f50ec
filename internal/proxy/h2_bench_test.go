package proxy

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
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
	var clients [4]*http.Client
	for i := range clients {
		clients[i] = h2Client(b, &tls.Config{InsecureSkipVerify: true})
	}
	var next atomic.Int32
	b.ReportAllocs()
	b.SetParallelism(32) // of 2 processors
	b.RunParallel(func(pb *testing.PB) {
		c := clients[next.Add(1)%4]
		for pb.Next() {
			res, err := c.Get(url)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
}
