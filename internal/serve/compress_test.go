package serve

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// openers undo what each press does.
var openers = map[string]func(io.Reader) (io.Reader, error){
	"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
}

func TestWhatIsCompressedOnTheWayIsTheSameAtItsEnd(t *testing.T) {
	root := t.TempDir()
	text := strings.Repeat("all work and no play\n", 5000)
	put(t, filepath.Join(root, "a.txt"), text)
	put(t, filepath.Join(root, "small.txt"), "short")
	put(t, filepath.Join(root, "a.png"), text)
	_, server := openSite(t, Config{Root: root, Compress: true})
	for coding, unpack := range openers {
		answer, body := fetch(t, server.URL+"/a.txt", "Accept-Encoding", coding)
		if answer.Header.Get("Content-Encoding") != coding || len(body) > len(text)/2 || answer.Header.Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%s: %d bytes, %v", coding, len(body), answer.Header)
		}
		r, err := unpack(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, []byte(text)) {
			t.Errorf("%s: unpacked it is %d bytes, %v", coding, len(got), err)
		}
		tag := answer.Header.Get("Etag")
		if again, _ := fetch(t, server.URL+"/a.txt", "Accept-Encoding", coding, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || again.Header.Get("Etag") != tag {
			t.Errorf("%s: asked again it is %d with %s, and was %s", coding, again.StatusCode, again.Header.Get("Etag"), tag)
		}
		if plain, _ := fetch(t, server.URL+"/a.txt", "Accept-Encoding", "identity"); plain.Header.Get("Etag") == tag {
			t.Errorf("%s: two shapes of the bytes have one tag", coding)
		}
	}
	for _, name := range []string{"small.txt", "a.png"} {
		if answer, _ := fetch(t, server.URL+"/"+name, "Accept-Encoding", "gzip"); answer.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed, which makes it no smaller", name)
		}
	}
	if answer, body := fetch(t, server.URL+"/a.txt", "Accept-Encoding", "gzip", "Range", "bytes=0-2"); answer.StatusCode != http.StatusPartialContent || body != "all" {
		t.Errorf("a range of it: %d %q", answer.StatusCode, body)
	}
}
