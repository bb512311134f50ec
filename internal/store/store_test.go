package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// opened is a store in a file of the test.
func opened(t *testing.T, file string) *Store {
	t.Helper()
	s, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func claim(t *testing.T, s *Store, l limen.Lease) bool {
	t.Helper()
	ok, err := s.Claim(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestALeaseIsKeptWholeUntilItIsReleased(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "limen.db")
	s := opened(t, file)
	want := limen.Lease{Port: 23117, Name: "web", Project: "/src/shop", Branch: "main", Worktree: "w", Since: noon, Why: "because"}
	if !claim(t, s, want) {
		t.Fatal("an empty store has no room")
	}
	s.Close()
	s = opened(t, file)
	got, err := s.Leases(t.Context(), noon.Add(1000*time.Hour))
	if diff := cmp.Diff([]limen.Lease{want}, got); diff != "" || err != nil {
		t.Errorf("after opening it again: %v (-want +got):\n%s", err, diff)
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("its directory is %v, %v; want it for its owner alone", info.Mode(), err)
	}
	if was, err := s.Release(t.Context(), 23117); !was || err != nil {
		t.Errorf("release: %v, %v", was, err)
	}
	if was, err := s.Release(t.Context(), 23117); was || err != nil {
		t.Errorf("a second release: %v, %v", was, err)
	}
}

func TestAPortAndANameAreLeasedOnce(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "limen.db"))
	first := limen.Lease{Port: 1, Name: "web", Project: "/a", Branch: "main", Since: noon}
	if !claim(t, s, first) {
		t.Fatal("the first was refused")
	}
	for _, c := range []struct {
		why  string
		l    limen.Lease
		want bool
	}{
		{"the same port", limen.Lease{Port: 1, Since: noon}, false},
		{"the same name", limen.Lease{Port: 2, Name: "web", Project: "/a", Branch: "main", Since: noon}, false},
		{"another branch", limen.Lease{Port: 3, Name: "web", Project: "/a", Branch: "next", Since: noon}, true},
		{"another project", limen.Lease{Port: 4, Name: "web", Project: "/b", Branch: "main", Since: noon}, true},
		{"no name", limen.Lease{Port: 5, Project: "/a", Branch: "main", Since: noon}, true},
		{"again none", limen.Lease{Port: 6, Project: "/a", Branch: "main", Since: noon}, true},
	} {
		if got := claim(t, s, c.l); got != c.want {
			t.Errorf("%s: claimed %v; want %v", c.why, got, c.want)
		}
	}
}

func TestLeasesEndWithTheClockAndWhenItIsSetBack(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "limen.db"))
	lease := limen.Lease{Port: 1, Since: noon, Until: noon.Add(time.Minute)}
	if !claim(t, s, lease) {
		t.Fatal("refused")
	}
	for now, want := range map[time.Time]int{
		noon:                           1,
		noon.Add(59 * time.Second):     1,
		noon.Add(60 * time.Second):     0,
		noon.Add(-24 * time.Hour):      0,
		noon.Add(365 * 24 * time.Hour): 0,
	} {
		if got, err := s.Leases(t.Context(), now); len(got) != want || err != nil {
			t.Errorf("at %v: %d leases, %v; want %d", now, len(got), err, want)
		}
	}
	again := limen.Lease{Port: 1, Since: noon.Add(-time.Hour), Until: noon.Add(-time.Hour + time.Minute)}
	if !claim(t, s, again) {
		t.Error("a lease from before the clock was set back is in the way")
	}
}

func TestWhatIsNoStoreIsKeptBesideTheNewOne(t *testing.T) {
	for name, content := range map[string]string{
		"text":    "not a database, whatever its name says\n",
		"garbage": strings.Repeat("SQLite format 3\x00\xff\xfe", 300),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "limen.db")
			for n := 1; n <= 2; n++ {
				if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				s := opened(t, file)
				if want := file + ".damaged-" + strconv.Itoa(n); s.Kept != want {
					t.Fatalf("kept as %q; want %q", s.Kept, want)
				}
				if b, err := os.ReadFile(s.Kept); string(b) != content || err != nil {
					t.Errorf("what was kept is not what was there: %d bytes, %v", len(b), err)
				}
				if !claim(t, s, limen.Lease{Port: 1, Since: noon}) {
					t.Error("the new store takes nothing")
				}
				s.Close()
			}
		})
	}
}

func TestAStoreOfANewerLimenIsLeftAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limen.db")
	s := opened(t, file)
	if _, err := s.db.Exec("PRAGMA user_version = 9000"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), file); !errors.Is(err, limen.Unsupported) {
		t.Errorf("opened: %v; want that it is a newer one's", err)
	}
	if after, err := os.ReadFile(file); string(after) != string(before) || err != nil {
		t.Errorf("it was written to, or moved: %v", err)
	}
}

func TestAFullDiskLosesNothingAndSaysSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limen.db")
	s := opened(t, file)
	kept := limen.Lease{Port: 1, Name: "web", Since: noon}
	if !claim(t, s, kept) {
		t.Fatal("refused")
	}
	// What SQLite says of a full disk it says as well of a file that may not
	// grow.
	if _, err := s.db.Exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	var full error
	for port := uint16(2); port < 2000 && full == nil; port++ {
		_, full = s.Claim(t.Context(), limen.Lease{Port: port, Since: noon, Why: strings.Repeat("long ", 200)})
	}
	var e *limen.Error
	if !errors.As(full, &e) || e.Kind != limen.Denied || !strings.Contains(e.Why, "full") || e.Next == "" {
		t.Fatalf("on a full disk: %v", full)
	}
	got, err := s.Leases(t.Context(), noon)
	if err != nil || len(got) == 0 || got[0].Name != "web" {
		t.Errorf("afterwards: %v, %v", got, err)
	}
}

func TestADirectoryThatCannotBeMadeIsNoFaultOfOurs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), filepath.Join(file, "below", "limen.db"))
	var e *limen.Error
	if !errors.As(err, &e) || e.Kind != limen.Denied || !strings.Contains(e.Next, "XDG_STATE_HOME") {
		t.Errorf("below a file: %v", err)
	}
}

// TestManyProcessesShareAStore starts this test again and again, each claiming
// the first port that is free.
func TestManyProcessesShareAStore(t *testing.T) {
	if file := os.Getenv("LIMEN_TEST_STORE"); file != "" {
		s, err := Open(context.Background(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for port := uint16(1); ; port++ {
			ok, err := s.Claim(t.Context(), limen.Lease{Port: port, Since: noon})
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				return
			}
		}
	}
	file := filepath.Join(t.TempDir(), "limen.db")
	const n = 20
	var running []*exec.Cmd
	for range n {
		c := exec.Command(os.Args[0], "-test.run", "^TestManyProcessesShareAStore$")
		c.Env = append(os.Environ(), "LIMEN_TEST_STORE="+file)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, c)
	}
	for _, c := range running {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	s := opened(t, file)
	got, err := s.Leases(t.Context(), noon)
	if err != nil || len(got) != n || got[n-1].Port != n {
		t.Errorf("%d processes claimed %d ports, %v", n, len(got), err)
	}
}

func TestAChangeIsWhollyDoneOrNotAtAll(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "limen.db"))
	fault := errors.New("in the middle")
	err := s.change(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec("INSERT INTO lease VALUES (1, '', '', '', 0, 0, '{}')"); err != nil {
			return err
		}
		return fault
	})
	if !errors.Is(err, fault) {
		t.Fatal(err)
	}
	if got, err := s.Leases(t.Context(), noon); len(got) != 0 || err != nil {
		t.Errorf("half of it is there: %v, %v", got, err)
	}
}
