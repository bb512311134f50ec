//go:build unix

package tap

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestNothingIsKeptInSomebodyElsesDirectory(t *testing.T) {
	nettest.NeedRoot(t) // to give a directory to another user
	const other = 4711
	theirs := filepath.Join(t.TempDir(), "home")
	if err := errors.Join(os.MkdirAll(filepath.Join(theirs, "tap"), 0o700), os.Chown(theirs, other, other), os.Chown(filepath.Join(theirs, "tap"), other, other)); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(theirs, "tap"), link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(theirs, "tap"), filepath.Join(theirs, "state", "limen", "tap"), link} {
		if _, err := Open(dir, Config{}); !errors.Is(err, limen.Denied) {
			t.Errorf("%s: %v; want that it belongs to another user", dir, err)
		}
	}
	entries, err := os.ReadDir(theirs)
	inside, err2 := os.ReadDir(filepath.Join(theirs, "tap"))
	if err := errors.Join(err, err2); err != nil || len(entries) != 1 || len(inside) != 0 {
		t.Errorf("%v, %v, %v; want nothing to be made there", entries, inside, err)
	}
}

func TestALinkLeadsNoRingElsewhere(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Config{}); err == nil {
		t.Error("a ring was opened where a link leads")
	}
	if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestTheDirectoryOfTheRingsMayBeALink(t *testing.T) {
	elsewhere, link := t.TempDir(), filepath.Join(t.TempDir(), "tap")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	p := open(t, link, Config{})
	pass(p, 0)
	end(t, p)
	if got := exchanges(t, link, Question{}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
