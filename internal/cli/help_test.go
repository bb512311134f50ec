package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHelpOfEveryCommandIsReviewed(t *testing.T) {
	d := newDesk()
	if code := d.run(t, "--help"); code != 0 || d.errs.Len() > 0 {
		t.Errorf("limen --help: exit %d, %s", code, d.errs.String())
	}
	checkGolden(t, "testdata/help/limen.txt", d.out.String())
	for _, c := range commands {
		var texts []string
		for _, args := range [][]string{{c.name, "--help"}, {c.name, "-h"}, {"help", c.name}, {"--help", c.name}} {
			d := newDesk()
			if code := d.run(t, args...); code != 0 || d.errs.Len() > 0 {
				t.Errorf("limen %v: exit %d, %s", args, code, d.errs.String())
			}
			texts = append(texts, d.out.String())
		}
		for _, text := range texts[1:] {
			if text != texts[0] {
				t.Errorf("help of %s depends on how it is asked for:\n%s\n%s", c.name, texts[0], text)
			}
		}
		checkGolden(t, "testdata/help/"+fileOf(c.name)+".txt", texts[0])
	}
}

func TestHelpIsSaidInOneVoice(t *testing.T) {
	check := func(where, s string) {
		if s == "" {
			return
		}
		if first, _, _ := strings.Cut(s, " "); first != strings.ToLower(first) && first != strings.ToUpper(first) || strings.HasSuffix(s, ".") {
			t.Errorf("%s begins with a capital or ends with a full stop: %q", where, s)
		}
	}
	for _, c := range commands {
		check(c.name, c.short)
		for _, f := range c.flags {
			check(c.name+" --"+f.name, f.doc)
		}
		for _, e := range c.examples {
			check(e.word, e.means)
		}
		for l := range strings.Lines(c.help()) {
			if n := utf8.RuneCountInString(strings.TrimSpace(l)); n > helpWidth {
				t.Errorf("help of %s has a line of %d columns: %s", c.name, n, l)
			}
		}
	}
}

func TestEveryExampleOfLimenRuns(t *testing.T) {
	t.Chdir(t.TempDir()) // some write files
	for _, c := range commands {
		if strings.HasPrefix(c.name, "daemon") {
			continue // it is about this very user's daemon, and not the desk's; the scripts run them
		}
		for _, e := range c.examples {
			call := callOf.FindStringSubmatch(e.word)
			if call == nil {
				t.Errorf("%s is no call of limen", e.word)
				continue
			}
			args := strings.Fields(call[1])
			if slices.Contains(args, "--hold") || slices.Contains(args, "-d") {
				continue // it would start this program, which is a test
			}
			d := newDesk()
			if code := d.run(t, args...); code != unasked(args) {
				t.Errorf("%s: exit %d, %s", e.word, code, d.errs.String())
			}
		}
	}
}

// callOf finds the words of limen in a line of a shell.
var callOf = regexp.MustCompile(`(?:^|[|(] ?)limen\b((?: [^ |<)][^ |<)]*)*)`)

// unasked is how an example ends where there is neither a terminal to ask on, nor an
// editor, nor a desktop to show something on.
func unasked(args []string) int {
	has := func(word string) bool { return slices.Contains(args, word) }
	switch {
	case args[0] == free.name && !has("--yes") && !has("--plan"):
		return 4
	case has("--notify"):
		return 6
	case has("--edit"):
		return 3
	}
	return 0
}
