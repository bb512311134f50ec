package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2"

	"github.com/limenhq/limen"
)

func TestH2AHandlerGetsWhatNetHTTPWouldGive(t *testing.T) {
	var seen *http.Request
	p := serveH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.ReadAll(r.Body)
		seen = r
	}), h2Limits{}, true)
	r, _ := http.NewRequest("PUT", p.url("/a%2Fb//c?d=%20&e"), strings.NewReader("hello"))
	r.Header = http.Header{"X-Own": {"1", "2"}, "Cookie": {"a=b; c=d"}, "User-Agent": {"test"}}
	r.Host = "shop.localhost"
	r.Trailer = http.Header{"X-Sum": {"5"}}
	if _, err := p.client(t).Do(r); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{
		"method": seen.Method, "uri": seen.RequestURI, "path": seen.URL.Path, "raw": seen.URL.RawPath, "query": seen.URL.RawQuery,
		"host": seen.Host, "proto": fmt.Sprint(seen.Proto, seen.ProtoMajor, seen.ProtoMinor), "length": seen.ContentLength,
		"header": seen.Header, "trailer": seen.Trailer, "secure": seen.TLS != nil && seen.TLS.NegotiatedProtocol == "h2",
		"url host": seen.URL.Host, "local": seen.Context().Value(http.LocalAddrContextKey) != nil,
		"remote": strings.HasPrefix(seen.RemoteAddr, "127.0.0.1:"), "over": seen.Context().Err() != nil,
	}
	want := map[string]any{
		"method": "PUT", "uri": "/a%2Fb//c?d=%20&e", "path": "/a/b//c", "raw": "/a%2Fb//c", "query": "d=%20&e",
		"host": "shop.localhost", "proto": "HTTP/2.02 0", "length": int64(5),
		"header":  http.Header{"X-Own": {"1", "2"}, "Cookie": {"a=b; c=d"}, "User-Agent": {"test"}, "Content-Length": {"5"}},
		"trailer": http.Header{"X-Sum": {"5"}}, "secure": true, "url host": "", "local": true, "remote": true, "over": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestH2InformationTrailersAndFlushesPass(t *testing.T) {
	goOn := make(chan struct{})
	p := serveH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, link := range []string{"</a>", "</b>"} {
			w.Header().Set("Link", link)
			w.WriteHeader(http.StatusEarlyHints)
		}
		w.Header().Del("Link")
		w.Header().Set("Trailer", "X-Sum, X-Absent")
		io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-goOn
		io.WriteString(w, "second")
		w.Header().Set("X-Sum", "11")
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
		w.Header().Set(http.TrailerPrefix+"Content-Length", "7")
	}), h2Limits{}, true)
	var hints []string
	r, _ := http.NewRequest("GET", p.url("/"), nil)
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			hints = append(hints, fmt.Sprint(code, h.Get("Link")))
			return nil
		},
	}))
	res, err := p.client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 5)
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "first" {
		t.Errorf("%q, %v", first, err)
	}
	close(goOn)
	rest, err := io.ReadAll(res.Body)
	if string(rest) != "second" || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	if !slices.Equal(hints, []string{"103</a>", "103</b>"}) {
		t.Errorf("hints %q", hints)
	}
	if diff := cmp.Diff(http.Header{"X-Sum": {"11"}, "X-Absent": nil, "Grpc-Status": {"0"}}, res.Trailer); diff != "" {
		t.Errorf("trailers (-want +got)\n%s", diff)
	}
}

// An h2Answer is what a handler does, and the frames that a client must see.
type h2Answer struct {
	name   string
	method string
	handle http.HandlerFunc
	want   string
}

var h2Answers = []h2Answer{
	{"nothing at all", "GET", func(w http.ResponseWriter, r *http.Request) {}, "200 end | content-length: 0"},
	{"a short answer is one frame of each kind", "GET", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello, ")
		io.WriteString(w, "world")
	}, "200 | content-length: 12 | DATA 12 end"},
	{"HEAD", "HEAD", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }, "200 end | content-length: 5"},
	{"HEAD with a length", "HEAD", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
	}, "200 end | content-length: 1000"},
	{"204", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5")
		w.WriteHeader(204)
		if _, err := io.WriteString(w, "hello"); !errors.Is(err, http.ErrBodyNotAllowed) {
			w.Header()["x"] = nil
		}
	}, "204 end"},
	{"304 keeps its length", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5")
		w.WriteHeader(304)
	}, "304 end | content-length: 5"},
	{"a length, and the end with the last byte", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5")
		io.WriteString(w, "hello")
		w.(http.Flusher).Flush()
	}, "200 | content-length: 5 | DATA 5 end"},
	{"less than its length", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "6")
		io.WriteString(w, "hello")
		w.(http.Flusher).Flush()
	}, "200 | content-length: 6 | DATA 5 | RST INTERNAL_ERROR"},
	{"more than its length", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2")
		io.WriteString(w, "he")
		if _, err := io.WriteString(w, "llo"); !errors.Is(err, http.ErrContentLength) {
			panic(http.ErrAbortHandler)
		}
	}, "200 | content-length: 2 | DATA 2 end"},
	{"a length that is none", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "-2")
		io.WriteString(w, "hello")
	}, "200 | content-length: 5 | DATA 5 end"},
	{"fields of HTTP/1.1", "GET", func(w http.ResponseWriter, r *http.Request) {
		for _, key := range []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection"} {
			w.Header().Set(key, "x")
		}
	}, "200 end | content-length: 0"},
	{"fields that cannot be", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Bad"] = []string{"a\r\nb: c"}
		w.Header()["X Bad"] = []string{"a"}
		w.Header()[":status"] = []string{"500"}
		w.Header()["X-Fine"] = []string{" a ", ""}
	}, "200 end | content-length: 0 | x-fine:  | x-fine: a"},
	{"a status of its own", "GET", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(599) }, "599 end | content-length: 0"},
	{"a status twice", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(404)
		w.WriteHeader(200)
	}, "404 end | content-length: 0"},
	{"a field that is set too late", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.Header().Set("X-Late", "1")
	}, "200 end | content-length: 0"},
	{"a head of many frames", "GET", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 50_000))
	}, "200 end | content-length: 0 | x-long: 50000 bytes"},
	{"ErrAbortHandler", "GET", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}, "200 | DATA 5 | RST INTERNAL_ERROR"},
	{"a write deadline that has passed", "GET", func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
		for {
			if _, err := w.Write(make([]byte, 5000)); errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
		}
	}, "RST INTERNAL_ERROR"},
	{"an answer without a date", "GET", func(w http.ResponseWriter, r *http.Request) { w.Header()["Date"] = nil }, "200 end | content-length: 0"},
}

func TestH2AnswersAreFramedAsTheirHandlersMeanThem(t *testing.T) {
	for _, a := range h2Answers {
		t.Run(a.name, func(t *testing.T) {
			p, _ := peerH2(t, a.handle, h2Limits{})
			p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1000})
			p.ask(1, true, ":method: "+a.method, ":scheme: https", ":authority: x", ":path: /")
			if got := p.answer(1); got != a.want {
				t.Errorf("got %q, want %q", got, a.want)
			}
			p.alive()
		})
	}
}

// answer reads the answer on a stream, to its end.
func (p *h2Peer) answer(id uint32) string {
	var all []string
	for {
		got, err := p.next()
		if err != nil {
			p.t.Fatalf("got %q and then %v", all, err)
		}
		word, of, _ := strings.Cut(got, " ")
		if number := fmt.Sprint(id); of != number && !strings.HasPrefix(of, number+" ") {
			continue
		}
		got = word + strings.TrimPrefix(of, fmt.Sprint(id))
		all = append(all, got)
		if len(p.fields) > 0 {
			all = append(all, p.shown()...)
			p.fields = nil
		}
		if strings.HasSuffix(got, "end") || word == "RST" {
			return strings.Join(all, " | ")
		}
	}
}

// shown returns the fields that came, but status and date, in alphabetical order.
func (p *h2Peer) shown() (all []string) {
	for _, f := range p.fields[1:] {
		if name, value, _ := strings.Cut(f, ": "); len(value) > 1000 {
			f = fmt.Sprintf("%s: %d bytes", name, len(value))
		}
		if !strings.HasPrefix(f, "date: ") {
			all = append(all, f)
		}
	}
	slices.Sort(all)
	return all
}

func TestH2AHandlerThatPanicsEndsItsStreamAndIsTold(t *testing.T) {
	told := make(chan limen.Gap, 1)
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			panic("boom")
		}
	}), h2Limits{tell: func(g limen.Gap) { told <- g }})
	p.WriteSettings()
	p.get(1)
	p.until("RST 1 INTERNAL_ERROR")
	g := <-told
	if g.What != `the answer to GET "/" on shop.localhost` || !strings.Contains(g.Why, "boom") || g.Next == "" {
		t.Errorf("%+v", g)
	}
	p.ask(3, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /fine")
	p.until("200 3 end")
}

func TestH2ABodyIsAskedForOnlyWhenItIsRead(t *testing.T) {
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		b, _ := io.ReadAll(r.Body)
		w.Write(b)
	}), h2Limits{})
	p.WriteSettings()
	p.post(1, "expect: 100-continue")
	p.until("100 1")
	p.last(1, "hello")
	p.until("200 1", "DATA 1 5 end")
	p.ask(3, false, ":method: POST", ":scheme: https", ":authority: x", ":path: /refused", "expect: 100-continue")
	if got := p.answer(3); got != "403 end | content-length: 0" {
		t.Errorf("%q", got)
	}
	p.until("RST 3 NO_ERROR")
}

func TestH2AReadDeadlineEndsTheWaiting(t *testing.T) {
	late := make(chan error, 1)
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Millisecond))
		_, err := io.ReadAll(r.Body)
		late <- err
	}), h2Limits{})
	p.WriteSettings()
	p.post(1)
	if err := <-late; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	p.until("200 1 end", "RST 1 NO_ERROR")
}
