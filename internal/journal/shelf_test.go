package journal

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// shelved has a line of each project on a shelf, and returns the shelf and the
// directories of their journals.
func shelved(t *testing.T, projects ...string) (Shelf, []string) {
	t.Helper()
	s := Shelf{filepath.Join(t.TempDir(), "apps")}
	var dirs []string
	for _, p := range projects {
		j, err := s.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Add([]limen.LogLine{{App: "web", Text: "hello"}}); err != nil {
			t.Error(err)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		dirs = append(dirs, filepath.Join(s.Dir, spineOf(p)))
	}
	return s, dirs
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestTheJournalOfAProjectThatIsGoneIsSweptAfterAMonth(t *testing.T) {
	gone, alive := filepath.Join(t.TempDir(), "gone"), t.TempDir()
	s, dirs := shelved(t, gone, alive)
	isGone := func(p string) bool { return p == gone }
	month := time.Now().Add(Forgotten)
	for _, test := range []struct {
		now  time.Time
		want bool
	}{{month.Add(-time.Hour), true}, {month.Add(time.Hour), false}} {
		if err := s.Sweep(test.now, isGone); err != nil {
			t.Fatal(err)
		}
		if there(dirs[0]) != test.want || !there(dirs[1]) {
			t.Errorf("at %v: the one of what is gone is there: %v; the other: %v", test.now, there(dirs[0]), there(dirs[1]))
		}
	}
}

// Nothing is removed that might be anything else.
func TestWhatIsNotSurelyAJournalStays(t *testing.T) {
	for claim, change := range map[string]func(dir string) error{
		"it has no label":        func(dir string) error { return os.Remove(filepath.Join(dir, label)) },
		"its label is another's": func(dir string) error { return os.WriteFile(filepath.Join(dir, label), []byte("/elsewhere"), 0o600) },
		"its label is no path":   func(dir string) error { return os.WriteFile(filepath.Join(dir, label), []byte("x"), 0o600) },
		"its label is a directory": func(dir string) error {
			os.Remove(filepath.Join(dir, label))
			return os.Mkdir(filepath.Join(dir, label), 0o700)
		},
		"somebody's file is in it":      func(dir string) error { return os.WriteFile(filepath.Join(dir, "notes"), nil, 0o600) },
		"a directory has an app's name": func(dir string) error { return os.Mkdir(filepath.Join(dir, "api.log"), 0o700) },
		"one of its files is new": func(dir string) error {
			later := time.Now().Add(2 * Forgotten)
			return os.Chtimes(filepath.Join(dir, "web.log"), later, later)
		},
	} {
		s, dirs := shelved(t, filepath.Join(t.TempDir(), "gone"))
		if err := change(dirs[0]); err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(time.Now().Add(2*Forgotten), func(string) bool { return true }); err != nil {
			t.Errorf("%s: %v", claim, err)
		}
		if !there(filepath.Join(dirs[0], "web.log")) {
			t.Errorf("%s, and it was swept", claim)
		}
	}
}

func TestALinkOnTheShelfIsNotFollowed(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	s, dirs := shelved(t, gone)
	elsewhere := filepath.Join(s.Dir, "elsewhere")
	if err := os.Rename(dirs[0], elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere", dirs[0]); err != nil {
		t.Skipf("this system makes no links: %v", err)
	}
	if err := s.Sweep(time.Now().Add(2*Forgotten), func(string) bool { return true }); err != nil {
		t.Error(err)
	}
	if !there(filepath.Join(elsewhere, "web.log")) {
		t.Error("what a link leads to was swept")
	}
}

func TestWithoutAShelfThereIsNothingToSweep(t *testing.T) {
	s := Shelf{filepath.Join(t.TempDir(), "none")}
	if err := s.Sweep(time.Now(), func(string) bool { return true }); err != nil {
		t.Error(err)
	}
	if there(s.Dir) {
		t.Error("sweeping has made one")
	}
}
