package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// tear takes the last bytes off a file, as a crash in the middle of a write does.
func tear(t *testing.T, name string, n int) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b[:len(b)-n], 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestATornRecordDoesNotSpoilTheNext(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	add(t, j, lineOf("web", 1), lineOf("web", 2))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	tear(t, filepath.Join(dir, "web.log"), 3)
	j = open(t, dir)
	if got := texts(t, j, Question{Apps: []string{"web"}}); strings.Join(got, "|") != "web line 1" {
		t.Errorf("%q", got)
	}
	add(t, j, lineOf("web", 3))
	if got := texts(t, j, Question{Apps: []string{"web"}}); strings.Join(got, "|") != "web line 1|web line 3" {
		t.Errorf("%q", got)
	}
}

// A crash of the machine can leave a file of the right size and no content.
func TestWhatIsLeftOfADamagedFileIsRead(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	add(t, j, lineOf("web", 1), lineOf("web", 2))
	j.Close()
	name := filepath.Join(dir, "web.log")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	copy(b, make([]byte, headMost))
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir)
	for _, want := range []string{"web line 2", "web line 2|web line 3"} {
		if got := texts(t, j, Question{Apps: []string{"web"}}); strings.Join(got, "|") != want {
			t.Errorf("%q, want %q", got, want)
		}
		if want == "web line 2" {
			add(t, j, lineOf("web", 3))
		}
	}
}

func TestALinkIsNotFollowedOutOfTheJournal(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	elsewhere := filepath.Join(t.TempDir(), "precious")
	if err := os.Symlink(elsewhere, filepath.Join(dir, "api.log")); err != nil {
		t.Skip("no links here: " + err.Error())
	}
	if err := j.Add([]limen.LogLine{lineOf("api", 1)}); err == nil {
		t.Error("a link out of the directory was followed")
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("a file was made elsewhere")
	}
}

// later is a line of some seconds later.
func later(n, seconds int) limen.LogLine {
	l := lineOf("web", n)
	l.Time = at(0).Add(time.Duration(seconds) * time.Second)
	return l
}

// Where the file should be is a directory for a while.
func TestWhatCannotBeWrittenIsSaidOnceAndKeptInMemory(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	inTheWay := filepath.Join(dir, "web.log")
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := j.Add([]limen.LogLine{later(1, 1)}); err == nil || !strings.HasPrefix(err.Error(), "cannot have its lines written, and the last of them are kept in memory only: ") {
		t.Errorf("the first time: %v", err)
	}
	if err := j.Add([]limen.LogLine{later(2, 2)}); err != nil {
		t.Errorf("it was told twice: %v", err)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	want := "web line 1|web line 2"
	if got := texts(t, j, Question{Apps: []string{"web"}}); strings.Join(got, "|") != want {
		t.Errorf("from memory: %q", got)
	}
	if err := j.Add([]limen.LogLine{later(3, 30)}); err != nil {
		t.Fatal(err)
	}
	for who, j := range map[string]*Journal{"this": j, "another": open(t, dir)} {
		if got := texts(t, j, Question{Apps: []string{"web"}}); strings.Join(got, "|") != want+"|web line 3" {
			t.Errorf("%s process reads %q", who, got)
		}
	}
}

func TestMemoryIsBoundedAndWhatItLosesIsTold(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	inTheWay := filepath.Join(dir, "web.log")
	add(t, j, later(0, 0))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(inTheWay, filepath.Join(dir, "aside")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir)
	const most = 10_000
	said := 0
	for n := 1; n < most; n++ {
		if j.Add([]limen.LogLine{later(n, 1)}) != nil {
			said++
		}
	}
	if said != 1 {
		t.Errorf("it was told %d times", said)
	}
	if size := j.of("web").unkept.size; size > memoryMost {
		t.Errorf("%d bytes in memory", size)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "aside"), inTheWay); err != nil {
		t.Fatal(err)
	}
	add(t, j, later(most, 60))
	count, lost, last := 0, 0, ""
	if err := j.Read(t.Context(), Question{Apps: []string{"web"}}, func(l limen.LogLine) error {
		count++
		lost += l.Lost
		last = l.Text
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if count+lost != most+1 || lost == 0 || last != lineOf("web", most).Text {
		t.Errorf("%d lines and %d lost of %d, the last %q", count, lost, most+1, last)
	}
}
