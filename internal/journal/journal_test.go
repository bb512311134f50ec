package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func at(n int) time.Time { return time.Unix(1_700_000_000, int64(n)).UTC() }

func lineOf(app string, n int) limen.LogLine {
	return limen.LogLine{Time: at(n), App: app, Stream: limen.StdOut, Text: fmt.Sprintf("line %d", n)}
}

func open(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func add(t *testing.T, j *Journal, lines ...limen.LogLine) {
	t.Helper()
	for _, l := range lines {
		if err := j.Add([]limen.LogLine{l}); err != nil {
			t.Fatal(err)
		}
	}
}

func texts(t *testing.T, j *Journal, q Question) (all []string) {
	t.Helper()
	if err := j.Read(t.Context(), q, func(l limen.LogLine) error {
		all = append(all, l.App+" "+l.Text)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLinesOfSeveralAppsAreReadInTheOrderOfTime(t *testing.T) {
	j := open(t, t.TempDir())
	add(t, j, lineOf("web", 1), lineOf("api", 2), lineOf("web", 3), lineOf("api", 4))
	for _, c := range []struct {
		q    Question
		want string
	}{
		{Question{Apps: []string{"web", "api"}}, "web line 1|api line 2|web line 3|api line 4"},
		{Question{Apps: []string{"web", "api"}, Last: 1}, "web line 3|api line 4"},
		{Question{Apps: []string{"web"}, Since: at(1)}, "web line 3"},
		{Question{Apps: []string{"nobody"}}, ""},
	} {
		if got := strings.Join(texts(t, j, c.q), "|"); got != c.want {
			t.Errorf("%+v gave %q, want %q", c.q, got, c.want)
		}
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	j.Kept = 4096
	for n := range 1000 {
		add(t, j, lineOf("web", n))
		size := int64(0)
		for _, name := range []string{"web.log", "web.log.old"} { // as they are called on disk
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
				size += info.Size()
			}
		}
		if size > j.Kept {
			t.Fatalf("%d bytes after %d lines", size, n)
		}
	}
	got := texts(t, j, Question{Apps: []string{"web"}})
	if len(got) < 30 || got[len(got)-1] != "web line 999" {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	if info, err := os.Stat(filepath.Join(dir, "web.log")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: only its owner may read what an app prints", info.Mode(), err)
	}
}

func TestNoTwoAppsShareAFile(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	names := []string{"\x00\xff", "..", "A_B", "a b", "a%2Fb", "a/b", "a:b", "a\\b", "a_b", "web"}
	for n, name := range names {
		add(t, j, lineOf(name, n))
	}
	for n, name := range names {
		if got, want := texts(t, j, Question{Apps: []string{name}}), fmt.Sprintf("%s line %d", name, n); len(got) != 1 || got[0] != want {
			t.Errorf("%q has %q", name, got)
		}
	}
	if got, err := j.Apps(); err != nil || strings.Join(got, "|") != strings.Join(names, "|") {
		t.Errorf("%q, %v", got, err)
	}
	for _, notOurs := range []string{"notes.txt", "Web.log", "%zz.log", "%4.log"} {
		if err := os.WriteFile(filepath.Join(dir, notOurs), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := j.Apps(); err != nil || len(got) != len(names) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatIsForgottenIsGoneAndBeginsAnew(t *testing.T) {
	j := open(t, t.TempDir())
	add(t, j, lineOf("web", 1), lineOf("api", 2))
	if err := j.Forget("web"); err != nil {
		t.Fatal(err)
	}
	add(t, j, lineOf("web", 3))
	if got := texts(t, j, Question{Apps: []string{"web", "api"}}); strings.Join(got, "|") != "api line 2|web line 3" {
		t.Errorf("%q", got)
	}
}
