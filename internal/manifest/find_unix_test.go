//go:build unix

package manifest_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/manifest"
	"github.com/limenhq/limen/internal/nettest"
)

func TestNothingIsTakenFromWhereEverybodyMayWrite(t *testing.T) {
	top := t.TempDir()
	write(t, top, "shared/limen.toml", "")
	below := filepath.Dir(write(t, top, "shared/mine/file", ""))
	shared := filepath.Join(top, "shared")
	if err := os.Chmod(shared, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if got, err := manifest.Find(below, top); err != nil || got.File != "" {
		t.Errorf("%q, %v: whoever wrote that could run programs as somebody else", got.File, err)
	}
	if got, err := manifest.Find(shared, top); err != nil || got.File == "" {
		t.Errorf("%q, %v: who stands there means what is there", got.File, err)
	}
}

func TestAPipeIsNotWaitedFor(t *testing.T) {
	for _, name := range []string{"limen.toml", ".env"} {
		directory := t.TempDir()
		if name == ".env" {
			write(t, directory, "Procfile", "web: x")
		}
		if err := syscall.Mkfifo(filepath.Join(directory, name), 0o600); err != nil {
			nettest.Skip(t, "no FIFO can be made here: "+err.Error())
		}
		_, err := manifest.Read(manifest.Options{Directory: directory})
		var e *limen.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADirectoryMayNotLeadOutOfTheProject(t *testing.T) {
	top := t.TempDir()
	write(t, top, "elsewhere/file", "")
	write(t, top, "project/limen.toml", "[services.web]\ncommand = 'x'\ndirectory = 'link'\n")
	project := filepath.Join(top, "project")
	if err := os.Symlink("../elsewhere", filepath.Join(project, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := manifest.Read(manifest.Options{Directory: project}); err == nil {
		t.Error("a link led outside")
	}
	if p, err := manifest.Read(manifest.Options{Directory: project, Root: top}); err != nil || len(p.Apps) != 1 {
		t.Errorf("%v: the project is larger, and the link stays in it", err)
	}
}
