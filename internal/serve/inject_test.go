package serve

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestTheSnippetGoesBehindTheDoctype(t *testing.T) {
	const here = "\x00" // where it is expected
	for _, page := range []string{
		"<!doctype html>" + here + "<p>hello",
		"<!DOCTYPE html>" + here + "\n<html lang=en>",
		"\xEF\xBB\xBF<!doctype html>" + here + "<p>",
		" \t\r\n\f<!doctype html>" + here,
		"<!-- made by hand --><!doctype html>" + here + "<p>",
		"<!-- a > b -- c ---!><!doctype html>" + here + "<p>",
		"<!--><!doctype html>" + here + "<p>",
		"<!---><!doctype html>" + here + "<p>",
		"<!----><!doctype html>" + here + "<p>",
		"<!-- <!doctype html> --><!doctype html>" + here + "<p>",
		`<?xml version="1.0"?><!DOCTYPE html>` + here + "<html>",
		"<!dough><!doctype html>" + here + "<p>",
		"<!-a><!doctype html>" + here + "<p>",
		`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">` + here + "<html>",
		here + "<html><body>no doctype",
		here + "<p><!doctype html>",
		here + "</p><!doctype html>",
		here + "just text",
		here + "<",
		"<!-- only a comment -->" + here,
		"<!-- one that never ends" + here,
		"\xEF\xBB" + here + "\xBF"[:0],
		"" + here,
	} {
		before, after, _ := strings.Cut(page, here)
		want := before + snippet + after
		if strings.HasPrefix(page, "\xEF\xBB\x00") { // no mark, so it is content
			want = snippet + "\xEF\xBB"
		}
		for size := 1; size <= max(1, len(before+after)); size++ {
			if got := injected(before+after, size); got != want {
				t.Fatalf("%q in pieces of %d:\n got %q\nwant %q", before+after, size, got, want)
			}
		}
	}
}

// injected is what becomes of a page that is written in pieces.
func injected(page string, size int) string {
	var p placer
	var out strings.Builder
	for rest := []byte(page); len(rest) > 0; {
		n := min(size, len(rest))
		before, after, found := p.split(rest[:n])
		out.Write(before)
		rest = rest[n:]
		if found {
			return out.String() + snippet + string(after) + string(rest)
		}
	}
	return out.String() + string(p.end())
}

func FuzzInject(f *testing.F) {
	f.Add("<!doctype html><p>", 3)
	f.Add("\xEF\xBB\xBF <!-- --!> <!-- - -> --><!doctype html>", 1)
	f.Add("\xFF\xFE<\x00", 1)
	f.Add("<!<!?<<!doctype", 2)
	f.Fuzz(func(t *testing.T, page string, size int) {
		size = max(1, size&0xff)
		got := injected(page, size)
		if len(got) != len(page)+len(snippet) {
			t.Fatalf("%q became %q: %d bytes more, not %d", page, got, len(got)-len(page), len(snippet))
		}
		if strings.HasPrefix(page, "\xFE\xFF") || strings.HasPrefix(page, "\xFF\xFE") {
			if !strings.HasPrefix(got, page) || strings.Trim(got[len(page):], "\x00 ") != "" {
				t.Fatalf("%q became %q, and is in UTF-16", page, got)
			}
			return
		}
		if strings.Count(got, snippet) != strings.Count(page, snippet)+1 {
			t.Fatalf("%q became %q", page, got)
		}
		at := 0
		for ; !strings.HasPrefix(got[at:], snippet); at++ {
		}
		if got[:at]+got[at+len(snippet):] != page {
			t.Fatalf("%q became %q, which is not it and the snippet", page, got)
		}
	})
}

// folderOf makes a folder of files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// liveSite serves a folder whose pages reload.
func liveSite(t *testing.T, dir string, tell func(limen.Served)) *httptest.Server {
	t.Helper()
	s, err := New(Config{Root: dir, Reload: true, Tell: tell, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.Close()
		s.Close()
	})
	return server
}

// ask sends a request with headers, each as "Name: value".
func ask(t *testing.T, method, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

const asPage = "Sec-Fetch-Dest: document"

func TestOnlyPagesThatAreShownGetTheSnippet(t *testing.T) {
	const page = "<!doctype html><title>x</title>"
	long := page + strings.Repeat("<p>long</p>", 10_000)
	server := liveSite(t, folderOf(t, map[string]string{
		"index.html": page, "guide.md": "# Guide", "long.html": long, "app.js": "let page = '" + page + "'", "style.css": "p {}", "empty.html": "", "404.html": page + "none",
		"wide.html": "\xFF\xFE<\x00p\x00>\x00",
	}), nil)
	with := func(text string) string {
		return strings.Replace(text, "<!doctype html>", "<!doctype html>"+snippet, 1)
	}
	for _, test := range []struct {
		path    string
		headers []string
		want    string
	}{
		{"/", []string{asPage}, with(page)},
		{"/", []string{"Sec-Fetch-Dest: iframe"}, with(page)},
		{"/", []string{"Accept: text/html,application/xhtml+xml"}, with(page)},
		{"/long.html", []string{asPage}, with(long)},
		{"/empty.html", []string{asPage}, snippet},
		{"/nowhere", []string{asPage}, with(page + "none")},
		{"/wide.html", []string{asPage}, "\xFF\xFE<\x00p\x00>\x00" + strings.Repeat(" \x00", len(snippet)/2)},
		{"/", []string{"Sec-Fetch-Dest: empty", "Sec-Fetch-Mode: navigate"}, with(page)}, // by a service worker
		{"/", nil, page},
		{"/", []string{"Sec-Fetch-Dest: empty"}, page},
		{"/", []string{"Sec-Fetch-Dest: empty", "Accept: text/html"}, page},
		{"/app.js", []string{asPage}, "let page = '" + page + "'"},
		{"/app.js", []string{"Sec-Fetch-Dest: script"}, "let page = '" + page + "'"},
		{"/style.css", []string{"Sec-Fetch-Dest: style"}, "p {}"},
		{"/long.html", []string{asPage, "Range: bytes=0-9"}, with(long)},
		{"/long.html", []string{"Sec-Fetch-Dest: empty", "Range: bytes=0-9"}, long[:10]},
		{"/guide.md", []string{"Sec-Fetch-Dest: empty"}, "# Guide"},
	} {
		res, got := ask(t, "GET", server.URL+test.path, test.headers...)
		if got != test.want {
			t.Errorf("%s with %v: got %d bytes %.80q, want %d bytes %.80q", test.path, test.headers, len(got), got, len(test.want), test.want)
		}
		if length := res.Header.Get("Content-Length"); length != strconv.Itoa(len(test.want)) {
			t.Errorf("%s with %v: Content-Length is %s, and the body has %d bytes", test.path, test.headers, length, len(test.want))
		}
		head, _ := ask(t, "HEAD", server.URL+test.path, test.headers...)
		if res.StatusCode == http.StatusPartialContent {
			continue // ranges are only of GET (RFC 9110, 14.2)
		}
		for _, name := range []string{"Content-Length", "Etag", "Content-Type", "Server-Timing"} {
			if head.Header.Get(name) != res.Header.Get(name) {
				t.Errorf("%s with %v: HEAD says %s %q, and GET %q", test.path, test.headers, name, head.Header.Get(name), res.Header.Get(name))
			}
		}
	}
}

func TestAPageWithTheSnippetHasATagOfItsOwn(t *testing.T) {
	server := liveSite(t, folderOf(t, map[string]string{"index.html": "<!doctype html>", "guide.md": "# Guide"}), nil)
	for _, path := range []string{"/", "/guide.md"} {
		page, _ := ask(t, "GET", server.URL+path, asPage)
		part, _ := ask(t, "GET", server.URL+path, "Sec-Fetch-Dest: empty")
		tag := page.Header.Get("Etag")
		if tag == "" || tag == part.Header.Get("Etag") {
			t.Errorf("%s: the page has the tag %s, and what a script fetches %s", path, tag, part.Header.Get("Etag"))
		}
		if got := page.Header.Get("Server-Timing"); got != `limen;desc=`+tag {
			t.Errorf("%s: a page finds its tag %s in Server-Timing, which is %s", path, tag, got)
		}
		again, body := ask(t, "GET", server.URL+path, asPage, "If-None-Match: "+part.Header.Get("Etag"))
		if again.StatusCode != 200 || !strings.Contains(body, snippet) {
			t.Errorf("%s: whoever has it without the snippet is told %d, and it were the same", path, again.StatusCode)
		}
	}
	page, _ := ask(t, "GET", server.URL, asPage)
	for _, path := range []string{"/", "/guide.md"} {
		get, body := ask(t, "GET", server.URL+path, asPage)
		head, _ := ask(t, "HEAD", server.URL+path, asPage)
		if length := head.Header.Get("Content-Length"); length != strconv.Itoa(len(body)) || head.Header.Get("Etag") != get.Header.Get("Etag") {
			t.Errorf("%s: HEAD says %s bytes of %s, and GET sends %d of %s", path, length, head.Header.Get("Etag"), len(body), get.Header.Get("Etag"))
		}
	}
	again, body := ask(t, "GET", server.URL, asPage, "If-None-Match: "+page.Header.Get("Etag"))
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("whoever has the page gets %d and %q", again.StatusCode, body)
	}
}

func TestThePiecesOfAnAnswerDoNotMatter(t *testing.T) {
	const page = "<!-- x --><!doctype html><p>hello</p>"
	s := &Site{config: Config{Reload: true}, reloader: newReloader()}
	for size := 1; size <= len(page); size++ {
		handler := s.inject(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for rest := []byte(page); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				_, _ = io.Copy(w, bytes.NewReader(rest[:min(size, len(rest))]))
			}
		}))
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Sec-Fetch-Dest", "document")
		handler.ServeHTTP(w, r)
		if want := strings.Replace(page, "html>", "html>"+snippet, 1); w.Body.String() != want {
			t.Errorf("in pieces of %d: %q", size, w.Body)
		}
	}
}

func TestWhatIsCompressedOrAPartIsLeftAlone(t *testing.T) {
	s := &Site{config: Config{Reload: true}, reloader: newReloader()}
	for _, header := range []string{"Content-Encoding: gzip", "Content-Range: bytes 0-3/9", "Content-Disposition: attachment", "Content-Type: text/html; charset=UTF-16LE"} {
		name, value, _ := strings.Cut(header, ": ")
		handler := s.inject(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set(name, value)
			_, _ = io.WriteString(w, "page")
		}))
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Sec-Fetch-Dest", "document")
		handler.ServeHTTP(w, r)
		if w.Body.String() != "page" {
			t.Errorf("with %s: %q", header, w.Body)
		}
	}
}
