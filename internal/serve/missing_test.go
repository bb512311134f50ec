package serve

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// A script that is answered with a page is a mistake that takes an hour to find.
func TestOnlyPagesOfAnApplicationAreAnsweredWithItsIndex(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "index.html"), "app")
	_, server := openSite(t, Config{Root: root, SPA: true})
	for _, c := range []struct {
		path   string
		dest   string
		accept string
		status int
	}{
		{"/orders/17", "document", "", 200}, {"/orders/17", "iframe", "", 200}, {"/orders/17", "", "text/html,*/*", 200}, {"/v1.2", "document", "", 200}, {"/orders.html", "document", "", 200},
		{"/orders/17", "empty", "text/html", 404}, {"/orders/17", "", "*/*", 404}, {"/chunk.js", "script", "*/*", 404}, {"/chunk.js", "document", "text/html", 404}, {"/a.css", "style", "text/css", 404}, {"/a.png", "", "text/html", 404}, {"/.env", "empty", "", 404},
	} {
		answer, body := fetch(t, server.URL+c.path, "Sec-Fetch-Dest", c.dest, "Accept", c.accept)
		if answer.StatusCode != c.status || (body == "app") != (c.status == http.StatusOK) {
			t.Errorf("%s as %q, accepting %q: %d %q; want %d", c.path, c.dest, c.accept, answer.StatusCode, body, c.status)
		}
	}
}

func TestThePageForWhatIsMissingIsTheSitesOwn(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "404.html"), "nothing here")
	_, server := openSite(t, Config{Root: root})
	answer, body := fetch(t, server.URL+"/none", "Range", "bytes=0-1", "If-None-Match", "*")
	if answer.StatusCode != http.StatusNotFound || body != "nothing here" || answer.Header.Get("Etag") != "" {
		t.Errorf("%d %q with %v", answer.StatusCode, body, answer.Header)
	}
}

func TestAHintNamesNothingThatIsHidden(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, ".Secret"), "")
	put(t, filepath.Join(root, "Dir", ".Hidden.txt"), "")
	_, server := openSite(t, Config{Root: root})
	for _, path := range []string{"/.secret", "/Dir/.hidden.txt", "/dir/.hidden.txt", "/.Secret.txt", "/x/.Secret"} {
		if answer, body := fetch(t, server.URL+path); answer.StatusCode != http.StatusNotFound || strings.Contains(body, "ecret") || strings.Contains(body, "idden") {
			t.Errorf("%s: %d %q", path, answer.StatusCode, body)
		}
	}
}

func TestCacheModesSayHowLong(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "app.3f9a1c20.js"), "")
	put(t, filepath.Join(root, "app.js"), "")
	for mode, want := range map[Cache][2]string{
		"": {"no-cache", "no-cache"}, CacheCheck: {"no-cache", "no-cache"}, CacheNever: {"no-store", "no-store"}, CacheHashed: {"public, max-age=31536000, immutable", "no-cache"},
	} {
		_, server := openSite(t, Config{Root: root, Cache: mode})
		for i, name := range []string{"app.3f9a1c20.js", "app.js"} {
			if answer, _ := fetch(t, server.URL+"/"+name); answer.Header.Get("Cache-Control") != want[i] {
				t.Errorf("mode %q: %s has %q, want %q", mode, name, answer.Header.Get("Cache-Control"), want[i])
			}
		}
	}
	if _, err := ParseCache("forever"); err == nil {
		t.Error("forever is a mode")
	}
}

func TestABrowserIsGreetedOnceForEachFolder(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	_, one := openSite(t, Config{Root: first})
	answer, _ := fetch(t, one.URL+"/", "Sec-Fetch-Dest", "document")
	if answer.Header.Get("Clear-Site-Data") != `"cache"` || len(answer.Cookies()) != 1 {
		t.Fatalf("the first visit: %v", answer.Header)
	}
	cookie := answer.Cookies()[0]
	again, _ := fetch(t, one.URL+"/", "Sec-Fetch-Dest", "document", "Cookie", cookie.Name+"="+cookie.Value)
	if again.Header.Get("Clear-Site-Data") != "" || len(again.Cookies()) != 0 {
		t.Errorf("the second visit: %v", again.Header)
	}
	_, other := openSite(t, Config{Root: second})
	if answer, _ := fetch(t, other.URL+"/", "Sec-Fetch-Dest", "document", "Cookie", cookie.Name+"="+cookie.Value); answer.Header.Get("Clear-Site-Data") == "" {
		t.Error("what was kept of another folder is taken for this one's")
	}
}
