package serve

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// openSite serves what is in a folder to the test itself.
func openSite(t testing.TB, c Config) (*Site, *httptest.Server) {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.Close()
		s.Close()
	})
	return s, server
}

func put(t testing.TB, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func fetch(t testing.TB, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// Builds delete their folder and make it anew, or move a new one into its place.
func TestAFolderThatIsReplacedIsServedAsItIsNow(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "dist")
	put(t, filepath.Join(root, "a.txt"), "first")
	var later atomic.Int64 // seconds
	_, server := openSite(t, Config{Root: root, Now: func() time.Time { return time.Now().Add(time.Duration(later.Load()) * time.Second) }})
	if _, body := fetch(t, server.URL+"/a.txt"); body != "first" {
		t.Fatalf("it was %q", body)
	}

	put(t, filepath.Join(top, "next", "a.txt"), "second")
	if err := errors.Join(os.Rename(root, filepath.Join(top, "before")), os.Rename(filepath.Join(top, "next"), root)); err != nil {
		t.Fatal(err)
	}
	later.Add(1)
	if _, body := fetch(t, server.URL+"/a.txt"); body != "second" {
		t.Errorf("after another folder took its place it is %q", body)
	}

	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	later.Add(1)
	if answer, body := fetch(t, server.URL+"/a.txt"); answer.StatusCode != http.StatusNotFound || body != "not found: nothing in this folder has this name\nnext: the folder itself is gone from where it was\n" {
		t.Errorf("while it is gone: %d %q", answer.StatusCode, body)
	}
	if answer, _ := fetch(t, server.URL+"/"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("while it is gone, it is listed: %d", answer.StatusCode)
	}
	put(t, filepath.Join(root, "a.txt"), "third")
	later.Add(1)
	if _, body := fetch(t, server.URL+"/a.txt"); body != "third" {
		t.Errorf("after it came back it is %q", body)
	}
}

// Size and time of a file say nothing, if somebody wants them to.
func TestATagChangesWithEveryWrite(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "a.txt")
	put(t, name, "one")
	at := time.Now().Add(-time.Hour)
	_, server := openSite(t, Config{Root: root})
	tags := map[string]string{}
	for _, text := range []string{"two", "six", "ten"} {
		put(t, filepath.Join(root, "new"), text)
		if err := errors.Join(os.Chtimes(filepath.Join(root, "new"), at, at), os.Rename(filepath.Join(root, "new"), name)); err != nil {
			t.Fatal(err)
		}
		answer, body := fetch(t, server.URL+"/a.txt")
		if before, ok := tags[answer.Header.Get("Etag")]; ok || body != text {
			t.Errorf("%q has the tag that %q had, and the answer is %q", text, before, body)
		}
		tags[answer.Header.Get("Etag")] = text
	}
}

func TestAFolderThatCannotBeServedSaysWhy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, "")
	for _, root := range []string{file, file + "-none"} {
		if s, err := New(Config{Root: root}); err == nil {
			s.Close()
			t.Errorf("%s is served", root)
		}
	}
}
