package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/limenhq/limen"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write testdata anew")

const firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// A situation is one in which something is said instead of an answer.
type situation struct {
	name    string
	address string // asked for
	target  string // where it leads; empty if nowhere
	err     error
	known   Circumstance
	token   string // that is brought along
}

var situations = []situation{
	{name: "unknown", address: "http://shopp.localhost/orders"},
	{name: "unknown-address", address: "http://127.0.0.1:8008/"},
	{name: "unknown-token", address: "http://localhost:8008/", token: "secret"},
	{name: "stray", address: "http://shop.localhost/x/../api/y"},
	{name: "nowhere", target: "3000", err: errNowhere},
	{name: "nowhere-known", target: "3000", err: fmt.Errorf("dial: %w", errNowhere), known: Circumstance{Last: "vite (pid 812) of shop, until 2 minutes ago", Command: "npm run dev", Directory: "/home/ann/shop"}},
	{name: "refused", target: "http://192.168.1.7:3000", err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, known: Circumstance{Command: "npm run dev"}},
	{name: "socket", target: "unix:/run/app.sock", err: &net.OpError{Op: "dial", Err: syscall.ENOENT}},
	{name: "starting", target: "3000", err: errNowhere, known: Circumstance{IsStarting: true, Progress: "> shop@1.0.0 dev\n> vite\n\x1b[32mcompiling…\x1b[0m"}},
	{name: "busy", target: "3000", err: errBusy},
	{name: "silent", target: "3000", err: errSilent},
	{name: "timeout", target: "10.0.0.9:80", err: context.DeadlineExceeded},
	{name: "cut", target: "container:shop-web-1", err: errCut},
	{name: "reset", target: "3000", err: fmt.Errorf("read: %w", syscall.ECONNRESET)},
	{name: "plain", target: "https://localhost:3000", err: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}},
	{name: "secret", target: "http://localhost:3000", err: errSecret},
	{name: "not-http", target: "5432", err: errNotHTTP},
	{name: "certificate", target: "https://10.0.0.9", err: &tls.CertificateVerificationError{Err: errors.New("x509: unknown")}},
	{name: "alert", target: "https://10.0.0.9", err: fmt.Errorf("remote error: %w", tls.AlertError(40))},
	{name: "name", target: "http://shpo.example:80", err: &net.DNSError{Name: "shpo.example", IsNotFound: true}},
	{name: "loop", target: "3000", err: &loopError{chain: []string{"limen-aaaa", "nginx", "limen-aaaa"}}},
	{name: "other", target: "3000", err: errors.New("something <b>else</b>\r\n\x1b[31m")},
}

// answerIn answers in a situation as the proxy does.
func answerIn(t *testing.T, i int, method string, set func(*http.Request)) *http.Response {
	t.Helper()
	c := situations[i]
	p := New(Config{Token: "secret", Circumstance: func(context.Context, limen.Route) Circumstance { return c.known }})
	p.Set(routesOf(t, "shop.localhost", "shop.localhost/api", "*.tree.localhost"))
	if c.address == "" {
		c.address = "http://shop.localhost/"
	}
	r := httptest.NewRequest(method, c.address, nil)
	r.RemoteAddr = "127.0.0.1:40000"
	if c.token != "" {
		r.Header.Set("Limen-Token", c.token)
	}
	if set != nil {
		set(r)
	}
	w := httptest.NewRecorder()
	if c.target == "" {
		p.ServeHTTP(w, r)
		return w.Result()
	}
	target, err := limen.ParseTarget(c.target)
	if err != nil {
		t.Fatal(err)
	}
	p.explain(w, r, Route{Route: limen.Route{Name: "shop.localhost", Target: target}}, c.err)
	return w.Result()
}

func TestEveryExplanationIsAPageATextAndJSON(t *testing.T) {
	for i, c := range situations {
		t.Run(c.name, func(t *testing.T) {
			var got txtar.Archive
			for _, form := range []struct{ name, accept string }{{"text", "*/*"}, {"json", "application/json"}, {"page.html", firefox}} {
				answer := answerIn(t, i, "GET", func(r *http.Request) { r.Header.Set("Accept", form.accept) })
				body := bodyOf(t, answer)
				if form.name == "text" {
					got.Files = append(got.Files, txtar.File{Name: "head", Data: headOf(answer)})
				}
				body = strings.ReplaceAll(body, pageStyle, "…")
				got.Files = append(got.Files, txtar.File{Name: form.name, Data: []byte(body)})
			}
			checkArchive(t, filepath.Join("page", c.name+".txtar"), &got)
		})
	}
}

func headOf(answer *http.Response) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, answer.StatusCode)
	answer.Header.WriteSubset(&b, map[string]bool{"Content-Length": true, "Cache-Control": true, "Vary": true, "X-Content-Type-Options": true, "Referrer-Policy": true})
	return bytes.ReplaceAll(b.Bytes(), []byte("\r"), nil)
}

func bodyOf(t *testing.T, answer *http.Response) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(answer.Body); err != nil {
		t.Fatal(err)
	}
	if want := answer.Header.Get("Content-Length"); want != "" && want != fmt.Sprint(b.Len()) {
		t.Errorf("Content-Length is %s, and %d bytes came", want, b.Len())
	}
	return b.String()
}

// checkArchive compares an archive with a file of testdata.
func checkArchive(t *testing.T, name string, got *txtar.Archive) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, txtar.Format(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with go test ./internal/proxy -run %s -update", err, t.Name())
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
		t.Errorf("%s differs; if the change is meant, go test ./internal/proxy -run %s -update (-want +got):\n%s", file, t.Name(), diff)
	}
}

// Whoever can name a process, a directory or a host, or say something into a
// log, writes into these answers.
func TestNoForeignTextBreaksOutOfAnAnswer(t *testing.T) {
	const hostile = "</pre><script>alert(1)</script>\"'&\x00\x07\x1b]0;x\x07\u202egpj\r\nSet-Cookie: a=b\xff"
	known := Circumstance{Last: hostile, Command: hostile, Directory: hostile, Progress: strings.Repeat(hostile+"\n", 500), Framework: hostile}
	for _, isStarting := range []bool{false, true} {
		known.IsStarting = isStarting
		for _, accept := range []string{"*/*", "application/json", firefox} {
			p := New(Config{Circumstance: func(context.Context, limen.Route) Circumstance { return known }})
			r := httptest.NewRequest("GET", "http://shop.localhost/<script>", nil)
			r.RemoteAddr = "[::1]:40000"
			r.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			p.explain(w, r, Route{Route: limen.Route{Name: "shop.localhost", Target: limen.Target{Socket: "/" + hostile}}}, errNowhere)
			body := w.Body.String()
			if strings.ContainsAny(body, "\x00\x07\x1b\r\u202e") || strings.Contains(body, "\nSet-Cookie") && !isStarting {
				t.Errorf("%s: control characters in %q", accept, body)
			}
			if accept == firefox && strings.Count(body, "<script") > 1 {
				t.Errorf("a foreign script in %s", body)
			}
			if len(body) > 6<<10 {
				t.Errorf("%s: %d bytes", accept, len(body))
			}
			if got := w.Header().Get("Set-Cookie"); got != "" {
				t.Errorf("a foreign header %q", got)
			}
			if accept == "application/json" && !json.Valid(w.Body.Bytes()) {
				t.Errorf("no JSON: %s", body)
			}
		}
	}
}

func TestAPageNeedsNothingButItself(t *testing.T) {
	for i, c := range situations {
		answer := answerIn(t, i, "GET", func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "document") })
		body, policy := bodyOf(t, answer), answer.Header.Get("Content-Security-Policy")
		if len(body) > 6<<10 {
			t.Errorf("%s: %d bytes", c.name, len(body))
		}
		for _, part := range regexp.MustCompile(`(?s)<(style|script)>(.*?)</`).FindAllStringSubmatch(body, -1) {
			if !strings.Contains(policy, part[1]+"-src "+hashSource(part[2])) {
				t.Errorf("%s: its own %s is not let in by %s", c.name, part[1], policy)
			}
		}
		if asset := regexp.MustCompile(`<(link|img|iframe|script )|url\(|@import|style=| on[a-z]+=`).FindString(body); asset != "" || !strings.HasPrefix(policy, "default-src 'none'; ") {
			t.Errorf("%s: %q is needed, with %s", c.name, asset, policy)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if answer.Header.Get(name) != want {
				t.Errorf("%s: %s is %q", c.name, name, answer.Header.Get(name))
			}
		}
	}
}

func TestAnAnswerToHeadHasNoBody(t *testing.T) {
	for i, c := range situations {
		full, head := answerIn(t, i, "GET", nil), answerIn(t, i, "HEAD", nil)
		var b bytes.Buffer
		b.ReadFrom(head.Body)
		if head.StatusCode != full.StatusCode || head.Header.Get("Content-Length") != full.Header.Get("Content-Length") || b.Len() > 0 {
			t.Errorf("%s: HEAD is answered %d with %d bytes and %v", c.name, head.StatusCode, b.Len(), head.Header)
		}
	}
}

// A page that is opened again by itself would do twice what was done by a form.
func TestAFormIsNotSentAgainByAPage(t *testing.T) {
	i := slices.IndexFunc(situations, func(c situation) bool { return c.name == "starting" })
	for method, want := range map[string]bool{"GET": true, "POST": false} {
		body := bodyOf(t, answerIn(t, i, method, func(r *http.Request) { r.Header.Set("Accept", firefox) }))
		if got := strings.Contains(body, `http-equiv="refresh"`); got != want {
			t.Errorf("after %s the page loads itself again: %v", method, got)
		}
	}
}

// Which programs run here, and where, is this machine's to know.
func TestADeviceOfTheNetworkLearnsNoCommand(t *testing.T) {
	for i, c := range situations {
		if c.known.Command == "" && !c.known.IsStarting {
			continue
		}
		body := bodyOf(t, answerIn(t, i, "GET", func(r *http.Request) { r.RemoteAddr = "192.168.1.9:40000" }))
		if strings.Contains(body, "npm") || strings.Contains(body, "vite") || strings.Contains(body, "/home") {
			t.Errorf("%s: %s", c.name, body)
		}
	}
}

func TestAnAnswerIsInTheFormThatIsAskedFor(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"Accept", "*/*", "text/plain"},
		{"Accept", "", "text/plain"},
		{"Accept", firefox, "text/html"},
		{"Accept", "TEXT/HTML", "text/html"},
		{"Accept", "text/html;q=0, */*", "text/plain"},
		{"Accept", "text/htmlx", "text/plain"},
		{"Accept", "application/json, text/plain, */*", "application/json"},
		{"Accept", "application/vnd.api+json", "application/json"},
		{"Accept", "application/json;q=0.0", "text/plain"},
		{"Content-Type", "application/json; charset=utf-8", "application/json"},
		{"Content-Type", "application/grpc+proto", "application/grpc"},
		{"Sec-Fetch-Dest", "iframe", "text/html"},
		{"Sec-Fetch-Dest", "script", "text/plain"},
		{"Accept-Language", "de", "text/plain"},
	} {
		answer := answerIn(t, 4, "GET", func(r *http.Request) { r.Header.Set(c.name, c.value) })
		got, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
		if got != c.want {
			t.Errorf("%s: %s is answered with %s, want %s", c.name, c.value, got, c.want)
		}
	}
}

func TestACallOfGRPCIsToldToTryAgain(t *testing.T) {
	answer := answerIn(t, 5, "POST", func(r *http.Request) { r.Header.Set("Content-Type", "application/grpc") })
	h := answer.Header
	if answer.StatusCode != 200 || h.Get("Grpc-Status") != "14" || !strings.HasPrefix(h.Get("Grpc-Message"), "no answer from shop.localhost: nothing listens at port 3000; last there: vite") {
		t.Errorf("%d with %v", answer.StatusCode, h)
	}
}

func TestWhatStandsForAServerIsCalledByItsPlace(t *testing.T) {
	p := New(Config{})
	for _, row := range []struct {
		target limen.Target
		err    error
		want   string
	}{
		{limen.Target{Port: 3000}, syscall.ECONNREFUSED, "no answer from port 3000\nwhy:  nothing listens at port 3000\nnext: start the server\n"},
		{limen.Target{Port: 3000, Scheme: limen.SchemeHTTPS}, tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
			"no answer from https://localhost:3000\nwhy:  https://localhost:3000 speaks no TLS, which the route says it does\nnext: tap it in the clear: limen tap http://localhost:3000\n"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost:13000/", nil)
		p.explain(w, r, Route{Route: limen.Route{Name: AnyOwn, Target: row.target}}, row.err)
		if w.Code != 502 || w.Body.String() != row.want {
			t.Errorf("%v: %d, %q", row.target, w.Code, w.Body)
		}
	}
}

func TestNobodyIsToldWhoHasLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("an answer was written for nobody")
		}
	}()
	answerIn(t, 4, "GET", func(r *http.Request) { *r = *r.WithContext(ctx) })
}
