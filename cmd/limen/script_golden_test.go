package main

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	diff "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

// golden compares a text with a file of the script, line by line: golden
// stdout want. In the file $NAME stands for a variable, "..." for whatever
// differs from run to run or from machine to machine, and a line that begins
// with "?" for any number of lines like it, none included. With -update the
// file becomes what was said, its lines that still fit left as they are.
func golden(ts *testscript.TestScript, neg bool, words []string) {
	if neg || len(words) != 2 {
		ts.Fatalf("write it as: golden FILE WANT")
	}
	said, want := ts.ReadFile(words[0]), ts.ReadFile(words[1])
	if said == "" {
		ts.Fatalf("%s is empty, and this would compare nothing with nothing; write ! %[1]s .", words[0])
	}
	got := fit(lines(said), lines(want), ts.Getenv)
	if slices.Equal(got, lines(want)) && strings.HasSuffix(said, "\n") == strings.HasSuffix(want, "\n") {
		return
	}
	s := storyOf(ts)
	s.said["WORK"] = ts.Getenv("WORK")
	for i, line := range got {
		if !slices.Contains(lines(want), line) {
			got[i] = withNames(line, s.said)
		}
	}
	if *update {
		ts.Check(rewrite(filepath.Join(scripts, ts.Name()+".txtar"), words[1], strings.Join(got, "\n")+"\n"))
		return
	}
	ts.Fatalf("%s is not as wanted (-want +got; go test ./cmd/limen -update writes it down):\n%s",
		words[0], diff.Diff(lines(want), got))
}

func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// fit returns the lines of said, each as the line of want that it fits, if
// one does at its place or after. It is want if all of said is as wanted.
func fit(said, want []string, value func(string) string) (fitted []string) {
	for len(said) > 0 {
		next := slices.IndexFunc(want, func(w string) bool { return !isRepeated(w) && fits(w, said[0], value) })
		switch {
		case len(want) > 0 && isRepeated(want[0]):
			for len(said) > 0 && fits(want[0][1:], said[0], value) {
				said = said[1:]
			}
			fitted, want = append(fitted, want[0]), want[1:]
		case next == 0:
			fitted, said, want = append(fitted, want[0]), said[1:], want[1:]
		case next > 0:
			fitted, want = append(fitted, repeated(want[:next])...), want[next:]
		default:
			fitted, said = append(fitted, said[0]), said[1:]
		}
	}
	return append(fitted, repeated(want)...)
}

// isRepeated reports whether a wanted line stands for any number of lines.
func isRepeated(want string) bool { return strings.HasPrefix(want, "?") }

// repeated returns the lines that may as well be missing.
func repeated(want []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(w string) bool { return !isRepeated(w) })
}

var variable = regexp.MustCompile(`\$(\w+)`)

// moving is what -update writes dots for, because it is never the same twice.
var moving = []struct{ what, written string }{
	{`\b20\d\d-\d\d-\d\dT[0-9:.]+Z`, "..."}, // moments
	{`\bnumber \d+\)`, "number ...)"},       // of sockets
	{`net:\[\d+\]`, "net:[...]"},            // namespaces
	{`^(  started  ).* > `, "${1}... > "},   // who started go test
	{`\b(for|wait) \d+ s\b`, "${1} ... s"},  // until TIME_WAIT ends
	{`(to 127\.0\.0\.1:)\d+`, "${1}..."},    // the far end of a connection
}

// fits reports whether a line is as wanted. A name that has no value stands
// for itself, as in a directory called $(touch pwned).
func fits(want, line string, value func(string) string) bool {
	want = variable.ReplaceAllStringFunc(want, func(name string) string {
		return cmp.Or(value(name[1:]), name)
	})
	parts := strings.Split(want, "...")
	line, ok := strings.CutPrefix(line, parts[0])
	if !ok || len(parts) == 1 {
		return ok && line == ""
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		if _, line, ok = strings.Cut(line, p); !ok {
			return false
		}
	}
	return strings.HasSuffix(line, parts[last])
}

// withNames writes dots for what moves, and names for the values of variables,
// long values first, and only where they stand alone.
func withNames(line string, said map[string]string) string {
	for _, m := range moving {
		line = regexp.MustCompile(m.what).ReplaceAllString(line, m.written)
	}
	byLength := func(a, b string) int { return cmp.Or(len(said[b])-len(said[a]), strings.Compare(a, b)) }
	for _, name := range slices.SortedFunc(maps.Keys(said), byLength) {
		var done strings.Builder
		for said[name] != "" {
			before, after, found := strings.Cut(line, said[name])
			if !found {
				break
			}
			done.WriteString(before)
			if endsInWord(done.String()) || endsInWord(after[:min(len(after), 1)]) {
				done.WriteString(said[name])
			} else {
				done.WriteString("$" + name)
			}
			line = after
		}
		line = done.String() + line
	}
	return line
}

func endsInWord(s string) bool {
	if s == "" {
		return false
	}
	c := rune(s[len(s)-1])
	return unicode.IsLetter(c) || unicode.IsDigit(c)
}

// rewrite replaces one file of a script.
func rewrite(script, name, text string) error {
	archive, err := txtar.ParseFile(script)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return os.ErrNotExist
	}
	archive.Files[i].Data = []byte(text)
	return os.WriteFile(script, txtar.Format(archive), 0o644)
}

func TestGoldenLinesFitWhatTheyStandFor(t *testing.T) {
	values := map[string]string{"web_pid": "4242"}
	value := func(name string) string { return values[name] }
	for _, test := range []struct {
		want, line string
		fits       bool
	}{
		{"web ($web_pid)", "web (4242)", true},
		{"web ($web_pid)", "web (42420)", false},
		{"up ...", "up 3s", true},
		{"up ... now", "up 3s", false},
		{"up ...", "down", false},
		{"in $(touch pwned)", "in $(touch pwned)", true},
		{"a.b", "axb", false},
		{"a...a", "a", false},
		{"a...b...c", "a1b2c", true},
		{"a...b...c", "a1c2b", false},
		{"\xff ...", "\xff and more", true},
	} {
		if got := fits(test.want, test.line, value); got != test.fits {
			t.Errorf("%q fits %q: %v", test.line, test.want, got)
		}
	}
}

func TestGoldenKeepsTheLinesThatFit(t *testing.T) {
	value := func(string) string { return "4242" }
	for _, test := range []struct{ said, want, fitted string }{
		{"new|web (4242)|up 3s", "old|web ($web_pid)|up ...", "new|web ($web_pid)|up ..."},
		{"a|b", "a|?x|b", "a|?x|b"},
		{"a|x|x|b", "a|?x|b", "a|?x|b"},
		{"a|x|y|b", "a|?x|b", "a|?x|y|b"},
		{"a|x 1", "a|?x ...", "a|?x ..."},
		{"a", "a|?x", "a|?x"},
		{"a", "a|b", "a"},
		{"a|b", "a", "a|b"},
		{"c", "a|?x|b|c", "?x|c"},
	} {
		got := fit(strings.Split(test.said, "|"), strings.Split(test.want, "|"), value)
		if strings.Join(got, "|") != test.fitted {
			t.Errorf("%q, wanted as %q, is %q and not %q", test.said, test.want, got, test.fitted)
		}
	}
}

func TestGoldenWritesNamesForWholeValuesOnly(t *testing.T) {
	got := withNames("pid 42, port 4242, in /tmp/x, since 2026-11-21T05:00:11Z", map[string]string{"a_pid": "42", "WORK": "/tmp/x"})
	if want := "pid $a_pid, port 4242, in $WORK, since ..."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
