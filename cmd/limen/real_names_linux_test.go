package main

import (
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever opens a port is called after its project, and answers there over
// HTTPS, whatever it is and without having heard of limen.
func TestRealServersAnswerAtTheirNames(t *testing.T) {
	s := newStreet(t)
	for _, r := range tried() {
		if len(r.called) == 0 {
			continue
		}
		t.Run(r.shows, func(t *testing.T) {
			t.Parallel()
			p := s.lay(t, r)
			o := p.porter(t)
			p.begin(t, r.command)
			// A server that goes into the background changes hands, and has its
			// name again a moment later.
			diff := "nothing was asked"
			for tries := 0; diff != "" && tries < 100; tries++ {
				for name := range r.called {
					o.shows(t, name, "the page of "+r.project)
				}
				diff = cmp.Diff(r.called, o.routes(t))
			}
			if diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARealGRPCServerAnswersAtItsName(t *testing.T) {
	p := newStreet(t).lay(t, real{project: "grpc", needs: "npm:@grpc/grpc-js"})
	o := p.porter(t)
	p.begin(t, "node server.js")
	call := func(ctx context.Context) *http.Request {
		r := o.page(ctx, "grpc-shop.localhost")
		r.Method, r.URL.Path = http.MethodPost, "/shop.Page/Say"
		r.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(message("a test"))), -1
		return r
	}
	o.until(t, call, func(answer *http.Response, body string) bool {
		return answer.Trailer.Get("Grpc-Status") == "0" && answer.Trailer.Get("Asked") == "to the end" && body == message("the page of grpc, asked for a test")
	})
}

// message is one of gRPC: not compressed, its length, itself
// (grpc/doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message).
func message(text string) string {
	return string(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(text)))) + text
}

// Programs that are no browser find a name, too, and trust what signs for it.
func TestCurlAndNodeGetThePageOfAName(t *testing.T) {
	s := newStreet(t)
	s.need(t, "curl")
	p := s.lay(t, real{project: "pair", needs: "npm"})
	o := p.porter(t)
	p.begin(t, "npm run dev")
	const name = "pair-shop.localhost"
	o.shows(t, name, "the page of pair")
	// curl takes every name below localhost for this machine by itself (RFC 6761,
	// section 6.3); Node asks the C library, which may ask others.
	ask := `const [url, host] = process.argv.slice(1);
		const lookup = (name, options, done) => options.all ? done(null, [{ address: host, family: 4 }]) : done(null, host, 4);
		require("https").get(url, { lookup }, (answer) => answer.pipe(process.stdout));`
	p.env = append(p.env, "NODE_EXTRA_CA_CERTS="+o.signer)
	for _, words := range [][]string{
		{"curl", "--silent", "--show-error", "--fail", "--cacert", o.signer, o.url(name)},
		{"node", "-e", ask, o.url(name), o.door.Addr().String()},
	} {
		if text := string(p.answer(t, words...)); !strings.Contains(text, "the page of pair") {
			t.Errorf("%s gets %q", words[0], text)
		}
	}
}
