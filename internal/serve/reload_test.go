package serve

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// serving serves a folder until the test ends or stop is called, and returns
// its address.
func serving(t *testing.T, dir string) (address string, stop func()) {
	t.Helper()
	s, err := New(Config{Root: dir, Reload: true})
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Serve(ctx, l) })
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		s.Close()
	})
	t.Cleanup(stop)
	return "http://" + l.Addr().String(), stop
}

// subscribe has the server tell of changes, and returns what it says, line by
// line. The channel is closed when it says no more.
func subscribe(t *testing.T, address string) <-chan string {
	t.Helper()
	res, err := http.Get(address + "/_limen/reload")
	must(t, err)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s, %v", res.Status, res.Header)
	}
	lines := make(chan string, 100)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(lines)
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			if in.Text() != "" {
				lines <- in.Text()
			}
		}
	})
	t.Cleanup(func() { res.Body.Close(); reading.Wait() })
	return lines
}

// says waits until the server has said lines in their order. On a slow machine
// a save may be two changes.
func says(t *testing.T, lines <-chan string, want ...string) {
	t.Helper()
	var said []string
	for _, w := range want {
		for got := ""; got != w; {
			var ok bool
			if got, ok = <-lines; !ok {
				t.Fatalf("the server said %q and nothing more, want %q", said, w)
			}
			said = append(said, got)
		}
	}
}

func TestAPageIsToldOfWhatChangesAndOfTheEnd(t *testing.T) {
	dir := folderOf(t, map[string]string{"index.html": "1"})
	address, stop := serving(t, dir)
	lines := subscribe(t, address)
	says(t, lines, ":", "event: ready", `data: {"paths":null}`)
	other := filepath.Join(t.TempDir(), "other")
	write(t, other, "22")
	must(t, os.Rename(other, filepath.Join(dir, "index.html"))) // one change, however slow the machine is
	says(t, lines, "event: change", `data: {"paths":["/index.html"]}`)
	write(t, filepath.Join(dir, "line\nbreak"), "1")
	says(t, lines, "event: change", `data: {"paths":["/line\nbreak"]}`)
	stop()
	for range lines { // which goes on for ever if the connection does
	}
}

func TestNobodyElsesPageIsToldOfChanges(t *testing.T) {
	server := liveSite(t, folderOf(t, nil), nil)
	for _, path := range []string{"/_limen/reload", "/_limen/page?of=/"} {
		for _, header := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: http://localhost:1", "Origin: null", "Host: evil.test"} {
			r, err := http.NewRequest("GET", server.URL+path, nil)
			must(t, err)
			name, value, _ := strings.Cut(header, ": ")
			r.Header.Set(name, value)
			if name == "Host" {
				r.Host = value
			}
			res, err := http.DefaultTransport.RoundTrip(r)
			must(t, err)
			res.Body.Close()
			if res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s with %s: %s", path, header, res.Status)
			}
		}
	}
}

func TestASiteThatDoesNotReloadHasNothingToTell(t *testing.T) {
	s, err := New(Config{Root: folderOf(t, map[string]string{"index.html": "<!doctype html>"})})
	must(t, err)
	defer s.Close()
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	for path, want := range map[string]int{"/_limen/reload": 404, "/_limen/page?of=/": 404, "/": 200} {
		res, body := ask(t, "GET", server.URL+path, "Sec-Fetch-Dest: empty")
		if res.StatusCode != want || strings.Contains(body, snippet) || res.Header.Get("Server-Timing") != "" {
			t.Errorf("%s: %s, %v, %q", path, res.Status, res.Header, body)
		}
	}
}

func TestASlowPageIsToldEverythingAtOnce(t *testing.T) {
	l := newReloader()
	slow, _ := l.join()
	for i := range 2 * mostNamed {
		l.tell(change{Paths: []string{fmt.Sprintf("/%03d", i)}})
	}
	c := <-slow.news
	if len(c.Paths) != mostNamed || !c.More || c.Paths[0] != "/000" {
		t.Errorf("%d paths, more %v, %q", len(c.Paths), c.More, c.Paths[:1])
	}
	if len(slow.news) > 0 {
		t.Error("and something else")
	}
}

func TestTheNumberOfPagesThatWaitIsBounded(t *testing.T) {
	l := newReloader()
	var last *reader
	for range mostReaders {
		last, _ = l.join()
	}
	if _, ok := l.join(); ok {
		t.Errorf("%d pages wait", mostReaders+1)
	}
	l.leave(last)
	if _, ok := l.join(); !ok {
		t.Error("a page went, and none may come")
	}
}

func TestAPageForItsScriptIsWhatANavigationGets(t *testing.T) {
	server := liveSite(t, folderOf(t, map[string]string{"about.html": "<!doctype html>about", "guide.md": "# Guide", "app.js": "1"}), nil)
	for path, want := range map[string]string{"/about": "<!doctype html>about", "/guide.md": "<h1 id=\"guide\">Guide</h1>", "/app.js": "1", "/none": "Not found"} {
		page, _ := ask(t, "GET", server.URL+path, asPage)
		res, body := ask(t, "GET", server.URL+"/_limen/page?of="+path, "Sec-Fetch-Dest: empty", "Sec-Fetch-Site: same-origin")
		if !strings.Contains(body, want) || strings.Contains(body, snippet) || res.StatusCode != page.StatusCode || res.Header.Get("Etag") != page.Header.Get("Etag") {
			t.Errorf("%s: %s, %s, %q; a navigation gets %s, %s", path, res.Status, res.Header.Get("Etag"), body, page.Status, page.Header.Get("Etag"))
		}
	}
	for _, of := range []string{"", "about", "http://evil.test/", "/../secret", "/%2e%2e/secret", "/a%00"} {
		if res, body := ask(t, "GET", server.URL+"/_limen/page?of="+strings.ReplaceAll(of, "%", "%25")); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %s, %q", of, res.Status, body)
		}
	}
	if res, _ := ask(t, "GET", server.URL+"/_limen/page?of=/about", asPage); res.StatusCode != http.StatusForbidden {
		t.Errorf("a person may look at it: %s", res.Status)
	}
}
