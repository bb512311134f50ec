package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/har"
	"github.com/limenhq/limen/internal/nettest"
)

// readHAR reads an archive strictly.
func readHAR(t testing.TB, file string) (har.Log, string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Log har.Log }
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	nettest.CheckArchive(t, text)
	return doc.Log, string(text)
}

// api is another server with secrets.
func api(t testing.TB) (port string) {
	count := 0
	return upstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Add("Set-Cookie", "sid=cookie-secret; Path=/")
		switch r.URL.Path {
		case "/api/login":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"user":"ann","token":"json-secret"}`)
		case "/api/bytes":
			w.Write([]byte{0, 0xff, 1})
		case "/api/large":
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, strings.Repeat("x", mostKept+1))
		case "/api/packed":
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "packed-secret")
		case "/api/next":
			count++
			fmt.Fprintf(w, "%d", count)
		case "/api/moved":
			http.Redirect(w, r, "/api/login?code=location-secret", http.StatusFound)
		default:
			fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RawQuery, body)
		}
	})
}

// writeDown waits until so many requests were recorded, and writes them: an answer
// can be read before it is over.
func writeDown(t testing.TB, s *Site, n int) {
	t.Helper()
	c := s.beside.record
	for count := -1; count < n && t.Context().Err() == nil; {
		c.mu.Lock()
		count = c.count
		c.mu.Unlock()
		runtime.Gosched()
	}
	if err := c.flush(); err != nil {
		t.Fatal(err)
	}
}

func TestARecordingIsAnArchiveWithoutSecrets(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.har")
	mock := mocks(t, map[string]string{"api/mocked/GET.json": `{"mocked":true}`})
	address, stop := listening(t, Config{Root: dir, Beside: Beside{Proxies: []string{"/api=" + api(t)}, Mock: mock, Record: file}})
	w := world{t: t, url: "http://" + address}
	if log, _ := readHAR(t, file); len(log.Entries) != 0 {
		t.Errorf("before anything was asked there are %d entries", len(log.Entries))
	}
	w.ask("POST", "/api/login?api_key=query-secret&x=1", `{"user":"ann","password":"body-secret"}`, "Content-Type: application/json", "Authorization: Bearer header-secret", "Cookie: a=sent-secret")
	for _, path := range []string{"/api/bytes", "/api/large", "/api/packed", "/api/moved", "/api/mocked", "/api/x?q=%20", "/nothing-beside"} {
		w.ask("GET", path, "")
	}
	if answer, _ := w.ask("GET", "/session.har", ""); answer.StatusCode != http.StatusNotFound {
		t.Errorf("what is recorded is answered with %d", answer.StatusCode)
	}
	if err := stop(); err != nil && !strings.Contains(err.Error(), "canceled") {
		t.Error(err)
	}
	log, text := readHAR(t, file)
	if log.Version != "1.2" || !slices.Equal(log.Paths, []string{"/api"}) {
		t.Errorf("version %s, paths %v", log.Version, log.Paths)
	}
	for _, secret := range []string{"query", "body", "header", "sent", "json", "cookie", "location", "packed"} {
		if strings.Contains(text, secret+"-secret") {
			t.Errorf("the %s-secret is in it", secret)
		}
	}
	var got []string
	for _, e := range log.Entries {
		got = append(got, fmt.Sprintf("%s %s %d %s", e.Request.Method, strings.TrimPrefix(e.Request.URL, w.url), e.Response.Status, bounded(e.Response.Content.Text, 40)))
	}
	want := []string{
		`POST /api/login?api_key=REDACTED&x=1 201 {"user":"ann","token":"REDACTED"}`,
		"GET /api/bytes 200 AP8B",
		"GET /api/large 200 " + strings.Repeat("x", 40) + "...",
		"GET /api/packed 200 ",
		"GET /api/moved 302 <a href=\"/api/login?code=REDACTED\">Found...",
		`GET /api/mocked 200 {"mocked":true}`,
		"GET /api/x?q=%20 200 GET q=%20 ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := log.Entries[2].Response.Content; c.Size != mostKept+1 || len(c.Text) != mostKept || c.Comment != har.CutComment {
		t.Errorf("of a large body %d bytes of %d, %q", len(c.Text), c.Size, c.Comment)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 && filepath.Separator == '/' {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

// Whatever is on the disk at any moment is an archive: it is looked at after
// each time that it was written, and in between.
func TestARecordingIsWholeAtAnyTime(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.har")
	w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + api(t)}, Record: file}}, nil)
	for i := range 20 {
		w.ask("GET", fmt.Sprintf("/api/x?n=%d", i), "")
		if i%3 == 0 {
			writeDown(t, w.site, i+1)
		}
		log, _ := readHAR(t, file)
		if want := i/3*3 + 1; len(log.Entries) != want {
			t.Errorf("after %d requests there are %d entries; want %d", i+1, len(log.Entries), want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("beside it are %v, %v", left, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	w.ask("GET", "/api/again", "")
	writeDown(t, w.site, 21)
	if log, _ := readHAR(t, file); len(log.Entries) == 0 {
		t.Error("once it was taken away nothing is recorded any more")
	}
}

func TestARecordingIsWrittenWhileItIsMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.har")
	address, _ := listening(t, Config{Root: t.TempDir(), Beside: Beside{Proxies: []string{"/api=" + api(t)}, Record: file}})
	fetch(t, "http://"+address+"/api/x")
	for log, _ := readHAR(t, file); len(log.Entries) != 1; log, _ = readHAR(t, file) {
		if t.Context().Err() != nil {
			t.Fatal("nothing is written")
		}
	}
}

func TestARecordingTakesNobodysPlace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.har")
	put(t, file, "mine")
	_, err := New(Config{Root: dir, Beside: Beside{Record: file}})
	var e *limen.Error
	if !errors.As(err, &e) || e.Kind != limen.Busy || e.Next == "" {
		t.Errorf("it is %v", err)
	}
	if text, _ := os.ReadFile(file); string(text) != "mine" {
		t.Errorf("what was there is %q", text)
	}
	if _, err := New(Config{Root: dir, Beside: Beside{Record: filepath.Join(dir, "none", "x.har")}}); !errors.Is(err, limen.NotFound) {
		t.Errorf("it is %v", err)
	}
	other := filepath.Join(dir, "other.har")
	s, err := New(Config{Root: dir, Beside: Beside{Record: other}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a recording of nothing stays")
	}
}

func TestARecordingThatCannotBeWrittenIsToldOnce(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "gone", "session.har")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	notices := make(chan string, 10)
	s, server := openSite(t, Config{Root: dir, Beside: Beside{Proxies: []string{"/api=" + api(t)}, Record: file}, Tell: tellNotices(notices)})
	if err := os.RemoveAll(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, body := fetch(t, server.URL+"/api/x"); body != "GET  " {
			t.Errorf("the answer is %q", body)
		}
		for s.beside.record.flush() == nil && t.Context().Err() == nil {
			runtime.Gosched() // the answer is not over yet
		}
	}
	if got := <-notices; !strings.Contains(got, "nothing more is recorded") || len(notices) > 0 {
		t.Errorf("the notice is %q, and there are %d more", got, len(notices))
	}
}

// What a browser has already is not in the answer, and would not be in the
// recording: others could not be answered from it.
func TestARecordingHasAnswersThatAnybodyCanUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.har")
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"If-None-Match", "If-Modified-Since", "Range"} {
			if r.Header.Get(name) != "" {
				t.Errorf("the server is asked with %s", name)
			}
		}
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("the server may compress as %q", got)
		}
	})
	w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + port}, Record: file}}, nil)
	w.ask("GET", "/api/x", "", `If-None-Match: "a"`, "If-Modified-Since: Sat, 21 Nov 2026 10:00:00 GMT", "Range: bytes=0-1", "Accept-Encoding: br")
}

// A page that asks what is recorded would be loaded anew, and ask again.
func TestARecordingLoadsNoPageAnew(t *testing.T) {
	root := t.TempDir()
	if (&watch{root: root}).wants(filepath.Join(root, "session.har"), false) {
		t.Error("a recording is taken for a part of a page")
	}
	if s, err := New(Config{Root: root, Beside: Beside{Record: filepath.Join(root, "session.json")}}); !errors.Is(err, limen.Invalid) {
		s.Close()
		t.Errorf("another name: %v", err)
	}
}
