package serve

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/limenhq/limen/internal/nettest"
)

// unpackers read archives with what did not write them.
var unpackers = map[string]func(*testing.T, string) map[string]string{
	"zip": func(t *testing.T, text string) map[string]string {
		got := map[string]string{}
		z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			got[f.Name] = read(t, r) + " " + f.Mode().String() + " " + f.Modified.UTC().Format(time.DateTime)
		}
		return got
	},
	"tar.zst": func(t *testing.T, text string) map[string]string {
		got := map[string]string{}
		z, err := zstd.NewReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				return got
			}
			if err != nil {
				t.Fatal(err)
			}
			got[h.Name] = read(t, r) + " " + h.FileInfo().Mode().String() + " " + h.ModTime.UTC().Format(time.DateTime)
		}
	},
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnArchiveHasWhatIsServedAndSaysWhatItLeavesOut(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{
		"shop/index.html": "<p>", "shop/a/b/c.txt": "deep", "shop/empty/": "", "shop/run.sh": "#!",
		"shop/.env": "secret", "shop/a/.git/config": "secret", "shop/nul": "", "shop/new\nline": "", "shop/日本.txt": "x",
		"other.txt": "elsewhere in the root",
	})
	shop := filepath.Join(w.dir, "shop")
	for link, to := range map[string]string{"in": "../other.txt", "loop": ".", "out": "/etc/passwd"} {
		if err := os.Symlink(to, filepath.Join(shop, link)); err != nil {
			nettest.Skip(t, "this system makes no links: "+err.Error())
		}
	}
	if err := os.Chmod(filepath.Join(shop, "run.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2024, 2, 1, 10, 20, 30, 0, time.UTC)
	for _, name := range []string{"index.html", "a/b/c.txt", "run.sh", "日本.txt", "../other.txt", "a/b", "a", "empty"} {
		if err := os.Chtimes(filepath.Join(shop, name), day, day); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		"shop/index.html": "<p> -rw-r--r-- 2024-02-01 10:20:30",
		"shop/a/":         " drwxr-xr-x 2024-02-01 10:20:30",
		"shop/a/b/":       " drwxr-xr-x 2024-02-01 10:20:30",
		"shop/a/b/c.txt":  "deep -rw-r--r-- 2024-02-01 10:20:30",
		"shop/empty/":     " drwxr-xr-x 2024-02-01 10:20:30",
		"shop/run.sh":     "#! -rwxr--r-- 2024-02-01 10:20:30",
		"shop/in":         "elsewhere in the root -rw-r--r-- 2024-02-01 10:20:30",
		"shop/日本.txt":     "x -rw-r--r-- 2024-02-01 10:20:30",
	}
	const left = "2 hidden, 2 names that are not served, 2 links that lead elsewhere"
	for name, unpack := range unpackers {
		answer, text := w.ask("GET", "/shop/?archive="+name, "")
		if diff := cmp.Diff(want, unpack(t, text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if got := answer.Trailer.Get(leftOutTrailer); got != left {
			t.Errorf("%s: the trailer says %q; want %q", name, got, left)
		}
		if got, want := answer.Header.Get("Content-Disposition"), "attachment; filename=shop."+name; got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
		if name == "zip" {
			z, _ := zip.NewReader(strings.NewReader(text), int64(len(text)))
			if z.Comment != "left out: "+left {
				t.Errorf("the comment says %q", z.Comment)
			}
		}
	}
}

// TestAnArchiveOfAFileThatShrinksIsCutOff has a client that stops reading in
// the middle of a large file, which is cut short meanwhile.
func TestAnArchiveOfAFileThatShrinksIsCutOff(t *testing.T) {
	for name := range unpackers {
		notices := make(chan string, 10)
		w := serveWorld(t, Config{Tell: tellNotices(notices)}, map[string]string{"big.gz": ""})
		big := filepath.Join(w.dir, "big.gz")
		if err := os.WriteFile(big, random(64<<20), 0o666); err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get(w.url + "/?archive=" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, answer.Body, 1<<20); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(big, 1<<20); err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, answer.Body); err == nil {
			t.Errorf("%s: the rest of %d bytes came as if nothing had happened", name, n)
		}
		answer.Body.Close()
		if got := <-notices; !strings.Contains(got, "ended early") || !strings.Contains(got, "big.gz: "+errTorn.Error()) {
			t.Errorf("%s: the notice is %q", name, got)
		}
	}
}

// random is noise that nothing makes smaller.
func random(n int) []byte {
	b := make([]byte, n)
	x := uint64(1)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}

// A cutWriter takes so many bytes, and then is gone.
type cutWriter struct{ left int }

func (w *cutWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, net.ErrClosed
	}
	return len(b), nil
}

func TestAnArchiveEndsWhenItsClientIsGone(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"big.gz": string(random(8 << 20)), "later/file": ""})
	looker, err := openLooker(w.site.root.current(), ".")
	if err != nil {
		t.Fatal(err)
	}
	defer looker.Close()
	for _, f := range archiveFormats {
		if _, err := looker.pack(t.Context(), &cutWriter{1 << 20}, &f, "x"); err == nil || !strings.Contains(err.Error(), net.ErrClosed.Error()) {
			t.Errorf("%s to nobody: %v", f.name, err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		var b bytes.Buffer
		if _, err := looker.pack(gone, &b, &f, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("%s for somebody who left: %v", f.name, err)
		}
	}
}

func TestAnArchiveIsNamedAsItsFolder(t *testing.T) {
	for _, c := range []struct{ name, root, want string }{
		{".", "/home/ann/shop", "shop"}, {"a/b", "/x", "b"}, {".", "/", "folder"}, {".", "/home/.config", "folder"},
		{"a\nb", "/x", "folder"}, {"caf\xe9", "/x", "caf_"}, {".", `/a\b`, "folder"},
	} {
		if got := archiveName(c.name, c.root); got != c.want {
			t.Errorf("archiveName(%q, %q) = %q; want %q", c.name, c.root, got, c.want)
		}
	}
}
