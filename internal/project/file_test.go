package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

// Each case puts something at the path that is not the file it seems to be.
var hostile = []struct {
	claim string
	put   func(path string) error
}{
	{"a directory", func(path string) error { return os.Mkdir(path, 0o755) }},
	{"a link to itself", func(path string) error { return os.Symlink(filepath.Base(path), path) }},
	{"a link to a secret", func(path string) error {
		secret := filepath.Join(filepath.Dir(path), "secret")
		if err := os.WriteFile(secret, []byte(secretOf(filepath.Base(path))), 0o600); err != nil {
			return err
		}
		return os.Symlink(secret, path)
	}},
	{"a gigabyte", func(path string) error {
		if err := os.WriteFile(path, []byte(`{"name":"huge"}`), 0o644); err != nil {
			return err
		}
		return os.Truncate(path, 1<<30) // of which the disk holds one block
	}},
	{"not text", func(path string) error { return os.WriteFile(path, []byte("\x00\xff\xfe{"), 0o644) }},
	{"nothing", func(path string) error { return os.WriteFile(path, nil, 0o644) }},
}

// secretOf returns what a file of this name would have to hold to be believed.
func secretOf(file string) string {
	switch file {
	case ".git":
		return "gitdir: /nowhere/worktrees/secret\n"
	case "HEAD":
		return "ref: refs/heads/secret\n"
	case "go.mod":
		return "module secret\n"
	case "Cargo.toml":
		return "[package]\nname = 'secret'\n"
	case "pyproject.toml":
		return "[project]\nname = 'secret'\n"
	}
	return `{"name":"secret"}`
}

func TestAManifestMayBeAnything(t *testing.T) {
	for _, h := range hostile {
		for _, m := range manifests {
			if m.naming != byContent {
				continue
			}
			checkHarmless(t, h.claim, m.file, h.put)
		}
	}
}

func TestAGitFileMayBeAnything(t *testing.T) {
	for _, h := range hostile {
		checkHarmless(t, h.claim, ".git", h.put)
	}
}

// checkHarmless puts something into an otherwise empty directory, as file, and
// checks that it neither stops Find nor makes a name.
func checkHarmless(t *testing.T, claim, file string, put func(string) error) {
	t.Run(claim+" as "+file, func(t *testing.T) {
		root := tree(t, "dir/", "")
		dir := filepath.Join(root, "dir")
		if err := put(filepath.Join(dir, file)); err != nil {
			t.Skipf("this system cannot make %s of a file: %v", claim, err)
		}
		f := &Finder{Home: root}
		if p := f.Find(dir); p != nil && (p.Name != "dir" || p.Worktree != "") {
			t.Errorf("Find = %+v, want no name from it", p)
		}
	})
}

func TestHEADMayBeAnything(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.claim, func(t *testing.T) {
			root := tree(t, ".git/", "")
			if err := h.put(filepath.Join(root, ".git", "HEAD")); err != nil {
				t.Skipf("this system cannot make %s of a file: %v", h.claim, err)
			}
			if p := (&Finder{Home: filepath.Dir(root)}).Find(root); p != nil && p.Branch != "" {
				t.Errorf("branch %q", p.Branch)
			}
		})
	}
}

func TestReadFileReadsUpToItsBound(t *testing.T) {
	path := filepath.Join(tree(t), "file")
	for _, size := range []int{0, 1, maxFile, maxFile + 1} {
		if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
		data, err := readFile(path)
		if fits := size <= maxFile; fits != (err == nil) || fits && len(data) != size {
			t.Errorf("%d bytes: read %d, %v", size, len(data), err)
		}
	}
}

func TestANameDoesNotKeepItsFile(t *testing.T) {
	file := "1.0 " + strings.Repeat("x", maxFile)
	if name := oneLine(file[:3]); unsafe.StringData(name) == unsafe.StringData(file) {
		t.Errorf("name %q shares the memory of a whole file", name)
	}
	if version := versionIn(file[:3]); unsafe.StringData(version) == unsafe.StringData(file) {
		t.Errorf("version %q shares the memory of a whole file", version)
	}
}
