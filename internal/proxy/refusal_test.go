package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/limenhq/limen"
)

// refusing are answers of servers that were asked for shop.test. What stands
// before the empty line is status and type.
var refusing = []struct {
	by, built, path, answer string
}{
	{by: "Vite", answer: "403 text/plain\n\nBlocked request. This host (\"shop.test\") is not allowed.\nTo allow this host, add \"shop.test\" to `server.allowedHosts` in vite.config.js."},
	{by: "Vite", answer: "403 text/plain\n\nBlocked request. This host (\"shop.test\") is not allowed.\nTo allow this host, add \"shop.test\" to `preview.allowedHosts` in vite.config.js."},
	{by: "Astro", built: "Astro", answer: "403 text/plain\n\nBlocked request. This host (\"shop.test\") is not allowed.\nTo allow this host, add \"shop.test\" to `server.allowedHosts` in vite.config.js."},
	{by: "Nuxt", built: "Nuxt", answer: "403 text/plain\n\nBlocked request. This host (\"shop.test\") is not allowed.\nTo allow this host, add \"shop.test\" to `server.allowedHosts` in vite.config.js."},
	{by: "Angular", answer: "403 text/html\n\n<!doctype html>\n<html>\n  <head>\n    <title>Blocked request</title>\n  </head>\n  <body>\n    <main>\n      <h1>Blocked request. This host (\"shop.test\") is not allowed.</h1>\n      <p>To allow this host, add it to <code>allowedHosts</code> under the <code>serve</code> target in <code>angular.json</code>.</p>\n"},
	{by: "Angular's server rendering", answer: "400 text/plain\n\nHeader \"host\" with value \"shop.test:4200\" is not allowed."},
	{by: "Rsbuild", answer: "403 text/plain; charset=utf-8\n\nBlocked request: disallowed or invalid Host header. To allow a trusted hostname, add it to server.allowedHosts."},
	{by: "webpack-dev-server", answer: "403 \n\nInvalid Host header"},
	{by: "Create React App", built: "Create React App", answer: "403 \n\nInvalid Host header"},
	{by: "Storybook", built: "Storybook", answer: "403 text/plain\n\nInvalid host"},
	{by: "Next.js", path: "/_next/static/chunks/main.js", answer: "403 \n\nUnauthorized"},
	{by: "Next.js", path: "/__nextjs_original-stack-frames", answer: "403 \n\nUnauthorized"},
	{by: "Django", answer: "400 text/html\n\n<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n  <meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\">\n  <meta name=\"robots\" content=\"NONE,NOARCHIVE\">\n  <title>DisallowedHost\n          at /</title>\n  <style type=\"text/css\">"},
	{by: "Django", answer: "400 text/plain; charset=utf-8\n\nDisallowedHost at /\nInvalid HTTP_HOST header: 'shop.test:8000'. You may need to add 'shop.test' to ALLOWED_HOSTS.\n"},
	{by: "Rails", answer: "403 text/html; charset=UTF-8\n\n<header>\n  <h1>Blocked hosts: shop.test:3000</h1>\n</header>\n<main role=\"main\" id=\"container\">\n  <pre>config.hosts &lt;&lt; \"shop.test:3000\"</pre>"},
	{by: "Rails", answer: "403 text/html; charset=utf-8\n\n<h1>Blocked host: shop.test</h1>\n<pre>config.hosts &lt;&lt; \"shop.test\"</pre>"},
	{by: "Rails", answer: "403 text/plain; charset=utf-8\n\nBlocked hosts: shop.test\n\nTo allow requests to these hosts, …:\n\n  config.hosts << \"shop.test\"\n"},
	{by: "Rails", answer: "403 text/plain; charset=utf-8\n\n<header>\n  <h1>Blocked host: shop.test</h1>\n</header>\n<pre>config.hosts &lt;&lt; \"shop.test\"</pre>"},
	{by: "Sinatra", answer: "403 text/plain\n\nHost not permitted"},
	{by: "Flask", answer: "400 text/html; charset=utf-8\n\n<!doctype html>\n<html lang=en>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n<p>Host &#39;shop.test&#39; is not trusted.</p>\n"},
	{by: "Starlette's TrustedHostMiddleware", answer: "400 text/plain; charset=utf-8\n\nInvalid host header"},
	{by: "an MCP server", answer: "421 \n\nInvalid Host header"},
	{by: "an MCP server", answer: "403 application/json; charset=utf-8\n\n" + `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Invalid Host: shop.test"},"id":null}`},
	{by: "ASP.NET Core", answer: "400 text/html\n\n<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></ HEAD >\r\n<BODY><h2>Bad Request - Invalid Hostname</h2>\r\n<hr><p>HTTP Error 400. The request hostname is invalid.</p>\r\n</BODY></HTML>"},
	{by: "Symfony", answer: "400 text/html; charset=UTF-8\n\n<!-- Untrusted Host &quot;shop.test&quot;. (400 Bad Request) -->\n<!DOCTYPE html>\n"},
	{by: "Jupyter", built: "Jupyter", answer: "403 text/html\n\n<h1>403 : Forbidden</h1>"},
	{by: "Syncthing", answer: "403 text/plain; charset=utf-8\n\nHost check error\n"},
	{by: "the debugger of Chrome", answer: "500 text/html\n\nHost header is specified and is not an IP address or localhost."},
}

// answerOf makes an answer of its short form.
func answerOf(short string) *http.Response {
	head, body, _ := strings.Cut(short, "\n\n")
	status, media, _ := strings.Cut(head, " ")
	w := httptest.NewRecorder()
	if media != "" {
		w.Header().Set("Content-Type", media)
	} else {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(int(status[0]-'0')*100 + int(status[1]-'0')*10 + int(status[2]-'0'))
	io.WriteString(w, body)
	answer := w.Result()
	answer.ContentLength = int64(len(body))
	return answer
}

// heeded has a proxy look at an answer to a request for shop.test.
func heeded(t *testing.T, built, path string, answer *http.Response, fields ...string) *http.Response {
	t.Helper()
	p := New(Config{Circumstance: func(context.Context, limen.Route) Circumstance { return Circumstance{Framework: built} }})
	r := httptest.NewRequest("GET", "http://shop.test:8008"+path, nil)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	p.heedRefusal(r, Route{Route: limen.Route{Name: "shop.test", Target: limen.Target{Port: 3000}}}, answer)
	return answer
}

func TestARefusedHostIsToldWithTheLineToAdd(t *testing.T) {
	var hints strings.Builder
	told := map[string]bool{}
	for _, c := range refusing {
		path := c.path
		if path == "" {
			path = "/orders"
		}
		answer := heeded(t, c.built, path, answerOf(c.answer))
		hint := answer.Header.Get("Limen-Hint")
		hints.WriteString(c.by + "\n  " + hint + "\n")
		if _, body, _ := strings.Cut(c.answer, "\n\n"); bodyOf(t, answer) != body {
			t.Errorf("%s: the answer for a program was changed", c.by)
		}
		before := answerOf(c.answer)
		page := heeded(t, c.built, path, answerOf(c.answer), "Accept", firefox)
		body := bodyOf(t, page)
		if page.StatusCode != before.StatusCode || !strings.Contains(body, "<h1>"+capital(c.by)+" refused the name shop.test</h1>") && !strings.Contains(body, "<h1>"+strings.ReplaceAll(capital(c.by), "'", "&#39;")+" refused the name shop.test</h1>") {
			t.Errorf("%s: %d %s", c.by, page.StatusCode, body)
		}
		if len(body) > 6<<10 {
			t.Errorf("%s: a page of %d bytes", c.by, len(body))
		}
		told[c.by] = true
	}
	for _, row := range hostRefusals {
		if !told[row.by] && !row.isSocket {
			t.Errorf("no answer of %s is in this test", row.by)
		}
		if row.proof == "" || row.line != "" && row.file == "" {
			t.Errorf("%s: a row without proof or file", row.by)
		}
	}
	checkArchive(t, "refusal/hints.txtar", &txtar.Archive{Files: []txtar.File{{Name: "hints", Data: []byte(hints.String())}}})
}

func TestTheFieldOfAHintIsOneLineOfASCII(t *testing.T) {
	for _, c := range refusing {
		hint := heeded(t, c.built, "/_next/__nextjs", answerOf(c.answer)).Header.Get("Limen-Hint")
		if strings.ContainsFunc(hint, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: %q", c.by, hint)
		}
	}
}

// An application may well speak of hosts, and what it says is its own.
func TestAnAnswerThatIsNoRefusalIsLeftAlone(t *testing.T) {
	for _, c := range []struct{ what, built, path, answer string }{
		{"the words with another status", "", "/", "200 \n\nInvalid Host header"},
		{"the words with another type", "", "/", "403 text/html\n\nInvalid Host header"},
		{"more than the words", "", "/", "403 \n\nInvalid Host header: see https://example.org"},
		{"fewer", "", "/", "403 \n\nInvalid Host"},
		{"another host", "", "/", "403 text/plain\n\nBlocked request. This host (\"other.test\") is not allowed.\nTo allow this host, add \"other.test\" to `server.allowedHosts` in vite.config.js."},
		{"a host that begins alike", "", "/", "403 text/plain\n\nBlocked request. This host (\"shop.test.evil\") is not allowed.\nTo allow this host, add it to `server.allowedHosts` in vite.config.js."},
		{"a page about Django", "", "/", "400 text/html\n\n<title>Questions</title> DisallowedHost … ALLOWED_HOSTS"},
		{"Storybook's words from something else", "Express", "/", "403 text/plain\n\nInvalid host"},
		{"Next's word at another path", "", "/api", "403 \n\nUnauthorized"},
		{"a socket's refusal without a socket", "Phoenix", "/", "403 \n\n"},
		{"nothing", "Jupyter", "/", "403 text/html\n\n"},
	} {
		for _, accept := range []string{"*/*", firefox} {
			answer := heeded(t, c.built, c.path, answerOf(c.answer), "Accept", accept)
			_, body, _ := strings.Cut(c.answer, "\n\n")
			if got := bodyOf(t, answer); got != body || answer.Header.Get("Limen-Hint") != "" {
				t.Errorf("%s: %q with hint %q", c.what, got, answer.Header.Get("Limen-Hint"))
			}
		}
	}
}

func TestARouteThatIsAskedForItsOwnHostHasNoneToRefuse(t *testing.T) {
	answer := answerOf("403 \n\nInvalid Host header")
	New(Config{}).heedRefusal(httptest.NewRequest("GET", "http://shop.test/", nil), Route{Route: limen.Route{Name: "shop.test", Own: true}}, answer)
	if answer.Header.Get("Limen-Hint") != "" {
		t.Error("a hint about a host that was not sent")
	}
}

func TestASocketThatWasRefusedIsHinted(t *testing.T) {
	for name, fields := range map[string][]string{"HTTP/1.1": {"Upgrade", "WebSocket"}, "HTTP/2": {":protocol", "websocket"}} {
		p := New(Config{Circumstance: func(context.Context, limen.Route) Circumstance { return Circumstance{Framework: "phoenix"} }})
		r := httptest.NewRequest("GET", "http://shop.test/live/websocket", nil)
		r.Header[fields[0]] = []string{fields[1]}
		answer := answerOf("403 \n\n")
		p.heedRefusal(r, Route{}, answer)
		if want := `add this in config/dev.exs, in the settings of the endpoint, and start it again: check_origin: ["//localhost", "//shop.test"],`; answer.Header.Get("Limen-Hint") != want {
			t.Errorf("%s: %q", name, answer.Header.Get("Limen-Hint"))
		}
	}
}

// The page has a quotation of what the server said; that is foreign.
func TestTheQuotationOfARefusalIsText(t *testing.T) {
	page := heeded(t, "", "/", answerOf("403 text/plain\n\nBlocked request. This host (\"shop.test\") is not allowed.\n<script>alert(1)</script>\x1b[2J`server.allowedHosts` in vite.config.js."), "Accept", firefox)
	body := bodyOf(t, page)
	checkArchive(t, "refusal/page.txtar", &txtar.Archive{Files: []txtar.File{{Name: "page.html", Data: []byte(strings.ReplaceAll(body, pageStyle, "…"))}}})
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "\x1b") {
		t.Error(body)
	}
}

// A body that is looked at comes whole all the same, and ends as it ended.
func TestALookTakesNothingAway(t *testing.T) {
	broken := errors.New("broken")
	long := strings.Repeat("x", 3*mostLook)
	for _, c := range []struct {
		body   io.Reader
		length int64
		want   string
		err    error
	}{
		{strings.NewReader("short"), 5, "short", nil},
		{strings.NewReader("short"), -1, "short", nil},
		{strings.NewReader(long), int64(len(long)), long, nil},
		{strings.NewReader(long), -1, long, nil},
		{io.MultiReader(strings.NewReader("cut"), failing{broken}), 10, "cut", broken},
		{io.MultiReader(strings.NewReader("cut"), failing{broken}), -1, "cut", broken},
		{failing{broken}, -1, "", broken},
		{strings.NewReader(""), 0, "", nil},
	} {
		answer := &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(c.body), ContentLength: c.length}
		look(answer)
		got, err := io.ReadAll(answer.Body)
		if diff := cmp.Diff(c.want, string(got)); diff != "" || !errors.Is(err, c.err) {
			t.Errorf("of %d bytes: %v\n%s", c.length, err, diff)
		}
	}
}

// What cannot be a refusal is not even looked at: it may be long in coming.
func TestOnlyWhatCanBeARefusalIsLookedAt(t *testing.T) {
	for what, answer := range map[string]*http.Response{
		"a good answer":       {StatusCode: 200, ContentLength: 5},
		"a long one":          {StatusCode: 403, ContentLength: mostRefusal + 1},
		"a compressed one":    {StatusCode: 403, ContentLength: 5, Header: http.Header{"Content-Encoding": {"br"}}},
		"a stream of events":  {StatusCode: 403, ContentLength: -1, Header: http.Header{"Content-Type": {"text/event-stream"}}},
		"a picture":           {StatusCode: 403, ContentLength: 5, Header: http.Header{"Content-Type": {"image/png"}}},
		"a kind of its own":   {StatusCode: 403, ContentLength: 5, Header: http.Header{"Content-Type": {"a/b; c; ="}}},
		"an answer to a HEAD": {StatusCode: 403, ContentLength: 5},
	} {
		if answer.Header == nil {
			answer.Header = http.Header{}
		}
		method := "GET"
		if what == "an answer to a HEAD" {
			method = "HEAD"
		}
		answer.Body = unreadable{t, what}
		New(Config{}).heedRefusal(httptest.NewRequest(method, "http://shop.test/", nil), Route{}, answer)
	}
}

type unreadable struct {
	t    *testing.T
	what string
}

func (u unreadable) Read([]byte) (int, error) { u.t.Errorf("%s was read", u.what); return 0, io.EOF }
func (u unreadable) Close() error             { return nil }
