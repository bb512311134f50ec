package serve

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/limenhq/limen"
)

// logged tells of each request, when it is over.
func (s *Site) logged(next http.Handler) http.Handler {
	if s.tell.to == nil || s.config.Quiet {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		rec := recorders.Get().(*recorder)
		*rec = recorder{ResponseWriter: w}
		defer func() { // an answer that was cut is told of, too
			s.tell.say(limen.Served{Time: began.UTC(), Kind: limen.ServedRequest, Request: &limen.Visit{
				Method: bounded(r.Method, mostWord), Host: bounded(r.Host, mostText), Path: bounded(s.withoutSecrets(r.RequestURI), mostText),
				Status: rec.status, Bytes: rec.bytes, Elapsed: s.now().Sub(began),
				Peer: r.RemoteAddr, Agent: bounded(r.UserAgent(), mostText), Protocol: r.Proto, Secure: r.TLS != nil,
			}})
			*rec = recorder{}
			recorders.Put(rec)
		}()
		next.ServeHTTP(rec, r)
	})
}

// withoutSecrets is an address without the tokens that let somebody in: logs are
// kept, sent around and shown on screens.
func (s *Site) withoutSecrets(address string) string {
	if s.config.LAN {
		address = strings.ReplaceAll(address, s.config.Token, "...")
	}
	if s.box != nil {
		address = strings.ReplaceAll(address, s.box.token, "...")
	}
	return address
}

// How much of foreign text is told.
const (
	mostWord = 32
	mostText = 1024
)

// bounded is as much of a text as is told.
func bounded(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}

// A recorder notes what an answer was.
type recorder struct {
	http.ResponseWriter

	status int
	bytes  int64 // of the body
}

var recorders = sync.Pool{New: func() any { return new(recorder) }}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 { // what begins with 1 is not the answer yet (RFC 9110, 15.2)
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// ReadFrom keeps the way open for the kernel to send a file by itself.
func (r *recorder) ReadFrom(from io.Reader) (int64, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := io.Copy(r.ResponseWriter, from)
	r.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach what can flush and be taken over.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush sends what was written so far, for those who ask a writer and not a
// controller.
func (r *recorder) Flush() {
	// What cannot be flushed goes out when it is complete.
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}
