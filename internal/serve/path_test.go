package serve

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAPathIsDecodedOnceAndCleaned(t *testing.T) {
	for sent, want := range map[string]string{
		"/": "/", "/a": "/a", "/a/": "/a/", "//a": "/a", "/a//b///c": "/a/b/c", "///": "/",
		"/%61": "/a", "/%2561": "/%61", "/a%20b": "/a b", "/caf%E9": "/caf\xe9", "/a%3Fb": "/a?b", "/...": "/...", "/a..b": "/a..b",
	} {
		if got, err := parsePath(sent); err != nil || got != want {
			t.Errorf("parsePath(%q) = %q, %v; want %q", sent, got, err, want)
		}
	}
}

func TestAPathThatCouldLeaveTheFolderIsRefused(t *testing.T) {
	for sent, want := range map[string]error{
		"/..": errDotDot, "/a/../b": errDotDot, "/%2e%2E": errDotDot, "/.%2e/x": errDotDot,
		"/a%2fb": errSeparator, "/a%5cb": errSeparator, `/a\b`: errSeparator, "/..%2f": errSeparator,
		"/%00": errNUL, "/a\x00": errNUL, "/%": errEscape, "/%g0": errEscape, "": errNoSlash, "a": errNoSlash, "*": errNoSlash,
	} {
		if got, err := parsePath(sent); !errors.Is(err, want) {
			t.Errorf("parsePath(%q) = %q, %v; want %v", sent, got, err, want)
		}
	}
}

func TestNamesThatStandForSomethingElseAreNotServed(t *testing.T) {
	for _, name := range []string{
		"", ".", "..", ".git", ".env", "a.", "a ", "a:b", "C:", "con", "NUL", "nul.txt", "Aux.tar.gz", "com1", "LPT¹", "conin$", "nul  .txt", "GIT~1", "PROGRA~1", "A~12.TXT", "secret~9.htm",
	} {
		if isServable(name) {
			t.Errorf("%q is servable", name)
		}
	}
	for _, name := range []string{
		"a", "a.b", ".well-known", "console", "null", "com", "com10", "auxiliary.txt", "backup~", "a~b", "~1", "filename~1", "file~1.html5", "main.c~1~", "日本", "a..b", "con-1",
	} {
		if !isServable(name) {
			t.Errorf("%q is not servable", name)
		}
	}
}

// Whatever comes, what is opened for it lies in the folder and has no name in
// it that is hidden, and the way there and back is one.
func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"/", "/../x", "/%2e%2e/x", "/a%2fb", "/a//b/", "/%00", "/a%5c..", "/.well-known/x", "/a/./b", "/GIT~1/config", "/%C0%AE%C0%AE/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		clean, err := parsePath(sent)
		if err != nil {
			return
		}
		if !strings.HasPrefix(clean, "/") || strings.Contains(clean, "//") || strings.ContainsAny(clean, "\\\x00") {
			t.Fatalf("parsePath(%q) = %q", sent, clean)
		}
		if strings.HasSuffix(clean, "/") != strings.HasSuffix(sent, "/") {
			t.Fatalf("parsePath(%q) = %q: a slash at the end came or went", sent, clean)
		}
		again, err := parsePath((&url.URL{Path: clean}).EscapedPath())
		if err != nil || again != clean {
			t.Fatalf("parsePath(%q) = %q, and escaped and parsed again %q, %v", sent, clean, again, err)
		}
		if !areServable(clean) {
			return
		}
		for name := range strings.SplitSeq(inRoot(clean), "/") {
			if strings.HasPrefix(name, ".") && name != "." && name != ".well-known" {
				t.Fatalf("%q may be asked for, and has the name %q in it", sent, name)
			}
		}
		if !filepath.IsLocal(inRoot(clean)) {
			t.Fatalf("%q may be asked for, and leads to %q", sent, inRoot(clean))
		}
	})
}

// The root itself is what keeps a request in the folder; this proves that no
// path gets a file from beside it even if all rules were wrong.
func FuzzNoPathLeavesTheFolder(f *testing.F) {
	outside := f.TempDir()
	inside := filepath.Join(outside, "inside")
	if err := errors.Join(os.Mkdir(inside, 0o755), os.WriteFile(filepath.Join(outside, "secret"), nil, 0o644), os.Symlink("../secret", filepath.Join(inside, "link"))); err != nil {
		f.Fatal(err)
	}
	s, err := New(Config{Root: inside})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Add("../secret")
	f.Add("link")
	f.Add("a/../../secret")
	f.Fuzz(func(t *testing.T, name string) {
		file, info, err := s.root.open(name)
		if err != nil {
			return
		}
		defer file.Close()
		if info.Mode().IsRegular() {
			t.Fatalf("%q opened a file, and there is none in the folder", name)
		}
	})
}
