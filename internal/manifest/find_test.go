package manifest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/manifest"
	"github.com/limenhq/limen/internal/nettest"
)

// write writes a file below a directory.
func write(t *testing.T, directory, name, text string) string {
	t.Helper()
	file := filepath.Join(directory, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFindLooksNoHigherThanTheProject(t *testing.T) {
	top := t.TempDir()
	above := write(t, top, "limen.toml", "")
	write(t, top, "project/.git/HEAD", "")
	deep := filepath.Join(top, "project", "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	for root, want := range map[string]string{
		"":                             "", // the repository ends it
		filepath.Join(top, "project"):  "",
		top:                            above,
		filepath.Join(deep, "nowhere"): above, // no directory above: up to the top, and there it is
	} {
		if got, err := manifest.Find(deep, root); err != nil || got.File != want {
			t.Errorf("root %q: %q, %v; want %q", root, got.File, err, want)
		}
	}
	inside := write(t, top, "project/Procfile", "")
	if got, err := manifest.Find(deep, ""); err != nil || got.File != inside {
		t.Errorf("%q, %v; want %q", got.File, err, inside)
	}
}

func TestWithoutARepositoryOnlyTheDirectoryItselfCounts(t *testing.T) {
	top := t.TempDir()
	write(t, top, "limen.toml", "")
	below := filepath.Dir(write(t, top, "below/file", ""))
	if got, err := manifest.Find(below, ""); err != nil || got.File != "" {
		t.Errorf("%q, %v; want nothing", got.File, err)
	}
}

func TestAProjectIsFoundByWhateverNameItsDirectoryHas(t *testing.T) {
	top := t.TempDir()
	write(t, top, "real/sub/file", "")
	write(t, top, "limen.toml", "")
	link := filepath.Join(top, "link")
	if err := os.Symlink(filepath.Join(top, "real"), link); err != nil {
		nettest.Skip(t, "no links can be made here: "+err.Error())
	}
	got, err := manifest.Find(filepath.Join(link, "sub"), filepath.Join(top, "real"))
	if err != nil || got.File != "" {
		t.Errorf("%q, %v: it went above the project's directory", got.File, err)
	}
}

func TestAnErrorIsNotSilence(t *testing.T) {
	directory := t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, "limen.toml"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := manifest.Read(manifest.Options{Directory: directory})
	var e *limen.Error
	if !errors.As(err, &e) || e.Why != "it is a directory" {
		t.Errorf("%v", err)
	}
	if _, err := manifest.Find("relative", ""); err == nil {
		t.Error("a relative directory was taken")
	}
}

func TestALargeFileIsNotRead(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, "Procfile", "web: x\n"+strings.Repeat("#", 1<<20))
	_, err := manifest.Read(manifest.Options{Directory: directory})
	var e *limen.Error
	if !errors.As(err, &e) || e.Why != "it is larger than 1 MiB" {
		t.Errorf("%v", err)
	}
}
