package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		for _, name := range []string{"web.log", "web.log.old"} {
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

// Another process reads while one writes, and nothing is missed where one half
// ends and the next begins.
func TestFollowingMissesNoLine(t *testing.T) {
	dir := t.TempDir()
	w, r := open(t, dir), open(t, dir)
	w.Kept = 1 << 10
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const most = 200
	wrote, read := make(chan int), make(chan int, most)
	go func() {
		defer close(wrote)
		for n := range most {
			if err := w.Add([]limen.LogLine{lineOf("web", n)}); err != nil {
				t.Error(err)
			}
			if n%10 == 9 { // slower than the reader looks: two halves must not go in between
				for got := -1; got < n && ctx.Err() == nil; {
					select {
					case got = <-read:
					case <-ctx.Done():
					}
				}
			}
		}
	}()
	next := 0
	enough := errors.New("enough")
	err := r.Read(ctx, Question{Apps: []string{"web"}, Follow: true}, func(l limen.LogLine) error {
		if want := fmt.Sprintf("line %d", next); l.Text != want {
			t.Errorf("%q, want %q", l.Text, want)
		}
		read <- next
		if next++; next == most {
			return enough
		}
		return nil
	})
	cancel()
	<-wrote
	if !errors.Is(err, enough) {
		t.Errorf("%v after %d lines", err, next)
	}
}

func TestATornRecordAndALinkHarmNobody(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	add(t, j, lineOf("web", 1))
	f, err := os.OpenFile(filepath.Join(dir, "web.log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "2026-11-21T11:03:1")
	f.Close()
	if got := texts(t, j, Question{Apps: []string{"web"}}); len(got) != 1 {
		t.Errorf("%q", got)
	}
	elsewhere := filepath.Join(t.TempDir(), "precious")
	if err := os.Symlink(elsewhere, filepath.Join(dir, "api.log")); err != nil {
		t.Skip("no links here: " + err.Error())
	}
	if err := j.Add([]limen.LogLine{lineOf("api", 1)}); err == nil {
		t.Error("a link out of the directory was followed")
	}
	if err := j.Add([]limen.LogLine{lineOf("api", 2)}); err != nil {
		t.Errorf("it was told twice: %v", err)
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("a file was made elsewhere")
	}
}

// collect reads what is printed in pieces, each after the other was read.
func collect(t testing.TB, pieces ...string) (all []limen.LogLine) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		for _, p := range pieces {
			io.WriteString(w, p)
		}
		w.Close()
	}()
	clock := func() time.Time { return at(0) }
	if err := Lines(r, "web", limen.StdErr, clock, func(lines []limen.LogLine) { all = append(all, lines...) }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBytesBecomeLines(t *testing.T) {
	long := strings.Repeat("x", longest)
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"one\ntwo\n", []string{"one", "two"}},
		{"no end", []string{"no end"}},
		{"windows\r\n\n", []string{"windows", ""}},
		{"10 %\r20 %\rdone\n", []string{"done"}},
		{"\x00\xff\x1b[31mred\n", []string{"\x00\xff\x1b[31mred"}},
		{long + "y\n", []string{long, "y"}},
	} {
		var got []string
		for _, l := range collect(t, c.in) {
			got = append(got, l.Text)
			if l.Cut != (len(l.Text) == longest) {
				t.Errorf("%.20q is cut: %v", l.Text, l.Cut)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestAQuestionIsSeenBeforeItsLineEnds(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	seen := make(chan string, 3)
	done := make(chan error)
	go func() {
		done <- Lines(r, "web", limen.StdOut, time.Now, func(lines []limen.LogLine) {
			for _, l := range lines {
				seen <- l.Text
			}
		})
	}()
	io.WriteString(w, "Password: ")
	if got := <-seen; got != "Password: " {
		t.Errorf("%q", got)
	}
	io.WriteString(w, "thanks\n")
	if got := <-seen; got != "thanks" {
		t.Errorf("%q", got)
	}
	w.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestALineSaysItsLevel(t *testing.T) {
	for line, want := range map[string]limen.Level{
		`{"level":30,"time":1531171074631,"msg":"hello"}`:  limen.LevelInfo,
		`{"time":"x","severity": "WARNING","message":"m"}`: limen.LevelWarn,
		`ts=2026 level=error msg="no"`:                     limen.LevelError,
		`E0102 15:04:05.000000 1 main.go:1] broken`:        limen.LevelError,
		"[WARN] slow":                                limen.LevelWarn,
		"\x1b[31mERROR\x1b[0m: gone":                 limen.LevelError,
		"2026-11-21 10:00:00,000 - root - DEBUG - x": limen.LevelDebug,
		"INFO:     Uvicorn running":                  limen.LevelInfo,
		"an error is not what this line is about":    0,
		"no errors": 0,
		`10.0.0.1 - - "GET /?level=error HTTP/1.1"`: 0,
		"": 0,
	} {
		if got := LevelOf([]byte(line)); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add("2026-11-21T11:03:17.123456789Z out text", []byte("x"))
	f.Fuzz(func(t *testing.T, record string, text []byte) {
		if l, err := parseRecord("web", []byte(record)); err == nil {
			if again := appendRecord(nil, l); string(again) != record+"\n" {
				t.Errorf("%q became %q", record, again)
			}
		}
		if strings.ContainsRune(string(text), '\n') {
			return
		}
		want := limen.LogLine{Time: at(len(text)), App: "web", Stream: limen.StdErr, Text: string(text), Level: LevelOf(text)}
		b := appendRecord(nil, want)
		if got, err := parseRecord("web", b[:len(b)-1]); err != nil || got != want {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add("a\nb", "c\n")
	f.Fuzz(func(t *testing.T, one, two string) {
		all := collect(t, one, two)
		if got, most := len(all), strings.Count(one+two, "\n")+1+len(one+two)/longest+1; got > most {
			t.Errorf("%d lines of %d", got, most)
		}
		if strings.ContainsRune(one+two, '\r') {
			return
		}
		got := ""
		for _, l := range all {
			got += l.Text
		}
		if want := strings.ReplaceAll(one+two, "\n", ""); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

// BenchmarkLines is an app that prints as fast as it can, with its lines kept.
func BenchmarkLines(b *testing.B) {
	text := strings.Repeat(strings.Repeat("x", 99)+"\n", 600)
	b.SetBytes(int64(len(text)))
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	j, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	done := make(chan error)
	go func() {
		done <- Lines(r, "web", limen.StdOut, time.Now, func(lines []limen.LogLine) {
			if err := j.Add(lines); err != nil {
				b.Error(err)
			}
		})
	}()
	for b.Loop() {
		io.WriteString(w, text)
	}
	w.Close()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
