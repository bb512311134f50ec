package manifest

import (
	"cmp"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// filled returns words with X standing for "a b" and E for nothing.
func filled(t *testing.T, words []text) (all []string) {
	t.Helper()
	for _, w := range words {
		s, err := w.fill(func(p piece) (string, error) {
			return cmp.Or(map[string]string{"X": "a b"}[p.variable], p.instead), nil
		}, mostText)
		if err != nil {
			t.Fatal(err)
		}
		if s != "" || !w.fades {
			all = append(all, s)
		}
	}
	return all
}

// plain are commands that are words and nothing else.
var plain = []string{
	`one two  three`,
	"one\ttwo \\\n three",
	`'it''s' "a b" c\ d`,
	`"a\"b\\c\d\$e" 'a\b'`,
	`a"b"'c'd "" ''`,
	`"$X" "${X}" $E ${E} "$E" x$E "${E:-none}" ${E:-none} '$X'`,
	`--a=b --c="d e" http://localhost:3000/x?y=z a#b a~b`,
	"\"a\\\nb\"",
	`\'  \" \\ \$X \&\& "&&" '|'`,
	`"a$" $ "$ "`,
	`{a,b} !x %y @z +w ,v :u ^t [s`,
	"ü \"ß $E\" '→'",
}

func TestWordsAreThoseOfAShell(t *testing.T) {
	shell := nettest.Need(t, "sh")
	for _, command := range plain {
		words, err := parseWords(command, position{})
		if err != nil {
			t.Errorf("%q: %v", command, err)
			continue
		}
		// A variable of several words without quotes is left out of these: there
		// the two differ on purpose.
		cmd := exec.CommandContext(t.Context(), shell, "-c", `printf '%s\0' `+command)
		cmd.Env = []string{"X=a b", "E="}
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%q: %v", command, err)
			continue
		}
		want := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		if got := filled(t, words); !slices.Equal(got, want) {
			t.Errorf("%q:\n%q, and of sh\n%q", command, got, want)
		}
	}
}

func TestAVariableStaysInItsWord(t *testing.T) {
	words, err := parseWords(`run $X --name=$X`, position{})
	if got := filled(t, words); err != nil || !slices.Equal(got, []string{"run", "a b", "--name=a b"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatOnlyAShellCanDoIsRefused(t *testing.T) {
	for _, command := range []string{"a && b", "a|b", "a;b", "a &", "a > b", "a <b", "(a)", "a `b`", `"a $(b)"`, "a $(b)", "\"`b`\"", "*.go", "a # b", "~/a", "a\nb", "$1 $@", "$?"} {
		if _, err := parseWords(command, position{}); !errors.Is(err, errShell) {
			t.Errorf("%q: %v", command, err)
		}
	}
	for _, command := range []string{"'", `"`, `a "b`, `a 'b`, `"\`} {
		if _, err := parseWords(command, position{}); !errors.Is(err, errQuote) {
			t.Errorf("%q: %v", command, err)
		}
	}
}

// FuzzWords holds that quoted words come back as they were, whatever they are.
func FuzzWords(f *testing.F) {
	for _, s := range plain {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parseWords(s, position{})
		parseShellText(s, position{})
		single := "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
		double := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s) + `"`
		for _, quoted := range []string{single, double} {
			words, err := parseWords("a "+quoted+" b", position{})
			if err != nil {
				t.Fatalf("%q: %v", quoted, err)
			}
			if got := filled(t, words); !slices.Equal(got, []string{"a", s, "b"}) {
				t.Fatalf("%q: %q", quoted, got)
			}
		}
		if read, err := parseText(strings.ReplaceAll(s, "$", "$$"), position{}); err != nil || !slices.Equal(filled(t, []text{read}), []string{s}) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
