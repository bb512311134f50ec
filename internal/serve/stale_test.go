package serve

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/limenhq/limen"
)

// sendReport tells a server what a page runs, and returns what it answers.
func sendReport(t *testing.T, address, text string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest("POST", address+"/_limen/stale", strings.NewReader(text))
	must(t, err)
	r.Header.Set("Accept-Encoding", "identity")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res, string(body)
}

func TestAPageLearnsWhatOfItIsStale(t *testing.T) {
	dir := folderOf(t, map[string]string{"index.html": "<!doctype html>", "style.css": "p {}", "app.js": "1", "gone.png": "1", "guide.md": "# Guide", ".env": "secret"})
	server := liveSite(t, dir, nil)
	tagOf := func(path, dest string) string {
		res, _ := ask(t, "GET", server.URL+path, "Sec-Fetch-Dest: "+dest)
		tag, _ := bareTag(res.Header.Get("Etag"))
		return tag
	}
	runs := func(tags map[string]string) string {
		rep := report{}
		for _, path := range []string{"/", "/style.css?v=1", "/app.js", "/gone.png", "/guide.md", "/none", "/.env", "/../x", "nonsense"} {
			tag := tags[path]
			one := run{URL: path, Tag: &tag}
			if path == "/" || path == "/guide.md" {
				one.As = "document"
			}
			rep.Runs = append(rep.Runs, one)
		}
		rep.Runs = append(rep.Runs, run{URL: "/app.js"}) // whose tag nobody knows
		text, err := json.Marshal(rep)
		must(t, err)
		return string(text)
	}
	tags := map[string]string{"/": tagOf("/", "document"), "/style.css?v=1": tagOf("/style.css", "style"), "/app.js": tagOf("/app.js", "script"), "/gone.png": tagOf("/gone.png", "image"), "/guide.md": tagOf("/guide.md", "document")}
	for path, tag := range tags {
		if tag == "" {
			t.Errorf("%s has no tag", path)
		}
	}
	if _, got := sendReport(t, server.URL, runs(tags)); got != "{\"stale\":[]}\n" {
		t.Errorf("nothing changed, and stale is %s", got)
	}
	write(t, filepath.Join(dir, "index.html"), "<!doctype html>two")
	write(t, filepath.Join(dir, "style.css"), "p {q}")
	must(t, os.Remove(filepath.Join(dir, "gone.png")))
	write(t, filepath.Join(dir, "none"), "1")
	var got struct{ Stale []stale }
	_, text := sendReport(t, server.URL, runs(tags))
	must(t, json.Unmarshal([]byte(text), &got))
	want := []stale{{"/", tagOf("/", "document")}, {"/style.css?v=1", tagOf("/style.css", "style")}, {"/gone.png", ""}, {"/none", tagOf("/none", "empty")}}
	if len(got.Stale) != len(want) {
		t.Fatalf("stale is %s", text)
	}
	for i := range want {
		if got.Stale[i] != want[i] {
			t.Errorf("stale is %v, want %v", got.Stale[i], want[i])
		}
	}
}

func TestWhatABrowserHoldsIsSaidOnce(t *testing.T) {
	var mu sync.Mutex // guards notices
	var notices []limen.Notice
	server := liveSite(t, folderOf(t, map[string]string{"style.css": "p {}"}), func(item limen.Served) {
		mu.Lock()
		defer mu.Unlock()
		notices = append(notices, *item.Notice)
	})
	const firefox = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	for _, text := range []string{
		`{"loaded": true, "runs": [{"url": "/style.css", "tag": "old", "by": "worker"}]}`,
		`{"loaded": true, "runs": [{"url": "/style.css", "tag": "old", "by": "worker"}]}`,
		`{"loaded": true, "runs": [{"url": "/style.css", "tag": "old", "by": "\u001b[2J"}]}`, // by nobody that holds anything
		`{"runs": [{"url": "/style.css", "tag": "old", "by": "cache"}]}`,                     // it changed just now
	} {
		sendReport(t, server.URL, text, firefox)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(notices) != 1 || notices[0].What != "style.css in Firefox is older than on disk" || notices[0].Why != "a service worker of this origin holds it" || notices[0].Next == "" {
		t.Errorf("noticed %+v", notices)
	}
}

func TestAReportIsBounded(t *testing.T) {
	server := liveSite(t, folderOf(t, nil), nil)
	for text, want := range map[string]int{
		"":                                     400,
		"{":                                    400,
		`{"runs": 1}`:                          400,
		`{"runs": []}`:                         200,
		`{"runs": [{}]}`:                       200,
		strings.Repeat(" ", mostReport) + `{}`: 400,
		`{"runs": [` + strings.Repeat(`{"url": "/"},`, 2000) + `{}]}`: 200,
	} {
		if res, body := sendReport(t, server.URL, text); res.StatusCode != want {
			t.Errorf("%.40q: %s, %s", text, res.Status, body)
		}
	}
	if res, _ := sendReport(t, server.URL, `{}`, "Sec-Fetch-Site: same-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("a neighbour's page may ask what is here: %s", res.Status)
	}
	if res, _ := sendReport(t, server.URL, `{}`, "Origin: http://localhost:1"); res.StatusCode != http.StatusForbidden {
		t.Errorf("a page of another origin may ask what is here: %s", res.Status)
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add(`{"loaded": true, "runs": [{"url": "/style.css", "tag": null, "as": "document", "by": "worker"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		rep, err := parseReport(strings.NewReader(text))
		if len(rep.Runs) > mostRuns || err != nil && len(rep.Runs) > 0 {
			t.Errorf("%d runs, %v", len(rep.Runs), err)
		}
	})
}
