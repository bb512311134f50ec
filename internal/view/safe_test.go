package view

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/limenhq/limen"
)

func TestSafeShowsWhatATerminalWouldObey(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "",
		"node server.js":                        "node server.js",
		"日本語 é":                                 "日本語 é",
		"e\u0301":                               "e\u0301",
		`C:\x1b`:                                `C:\x1b`,
		"\x1b[2J":                               `\x1b[2J`,
		"a\nb\tc\rd":                            `a\nb\tc\x0dd`,
		"\x7f":                                  `\x7f`,
		"\u009b31m":                             `\u009b31m`,
		"\x9b31m":                               `\x9b31m`,
		"evil\u202egnp.exe":                     `evil\u202egnp.exe`,
		"\u2066\u2069\u200e\u061c":              `\u2066\u2069\u200e\u061c`,
		"pay\u200bpal":                          `pay\u200bpal`,
		"\ufeffbom":                             `\ufeffbom`,
		"no\u00a0break":                         `no\u00a0break`,
		"a\u2028b":                              `a\u2028b`,
		"\U000e0041":                            `\U000e0041`,
		"\U000f0000\ue000":                      `\U000f0000\ue000`,
		"\u3164":                                `\u3164`,
		"heart\ufe0f":                           `heart\ufe0f`,
		"\ufffd":                                "\ufffd",
		"\xff\xfe":                              `\xff\xfe`,
		"\u0301x":                               `\u0301x`,
		"x\u0301\u0301\u0301\u0301":             "x\u0301\u0301\u0301\u0301",
		"x\u0301\u0301\u0301\u0301\u0301\u0301": "x\u0301\u0301\u0301\u0301" + `\u0301\u0301`,
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q) is %q, want %q", in, got, want)
		}
	}
}

// hasDanger returns a character of text that a terminal or an eye must not
// meet. Line ends are expected of whole outputs.
func hasDanger(text string) (rune, bool) {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			return r, true
		}
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return r, true
		}
	}
	return 0, false
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"a", "\x1b[0m", "\u202e", "\xff", "e\u0301\u0301\u0301\u0301\u0301\u0301", "\u0301", "日本"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Safe(s)
		if r, bad := hasDanger(got); bad || strings.Contains(got, "\n") {
			t.Errorf("Safe(%q) is %q, which has %U", s, got, r)
		}
		if again := Safe(got); again != got {
			t.Errorf("Safe(%q) is %q, and Safe of that %q", s, got, again)
		}
		if widthOf(got) > 10*len(s) {
			t.Errorf("Safe(%q) grew to %d columns", s, widthOf(got))
		}
	})
}

// asForeign puts one text everywhere that another program chooses.
func asForeign(text string) (limen.Snapshot, limen.Verdict) {
	s := forgeries()
	s.Listeners = s.Listeners[:2]
	for i := range s.Listeners {
		l := &s.Listeners[i]
		l.Device, l.User = text, &limen.User{UID: 1, Name: text}
		o := &l.Owners[0]
		o.Process.Name, o.Process.Executable, o.Process.Directory = text, text, text
		o.Process.Command = []string{text, text}
		o.Process.Project = &limen.Project{Name: text, Root: text, Branch: text, Worktree: text}
		o.Process.Framework = &limen.Framework{Name: text, Evidence: text}
		o.Process.Ancestors = []limen.Ancestor{{Name: text}}
		o.Keeper = &limen.Keeper{Kind: limen.KeeperKind(text), Name: text, Container: &limen.Container{Image: text, Project: text, Service: text}}
		o.Within = nil
	}
	s.Gaps = []limen.Gap{{What: text, Why: text, Next: text}}
	v := taken(3000, limen.Cause{Kind: limen.CauseKind(text), Blocks: true, What: text, Owners: s.Listeners[0].Owners, Next: text},
		limen.Cause{Kind: limen.CauseBrowser, What: text, Evidence: []limen.Evidence{{What: text, From: text}}, Next: text + "!"})
	v.Binds[0].Error = text
	v.Gaps = s.Gaps
	return s, v
}

// everything writes a snapshot and a verdict in one format, with what the
// caller writes beside them.
func everything(t *testing.T, f Format, o Options, s limen.Snapshot, v limen.Verdict) string {
	t.Helper()
	var b strings.Builder
	for _, err := range []error{
		Snapshot(&b, s, f, o), Remarks(&b, s, "text:x"), Verdicts(&b, []limen.Verdict{v}, f, o), Gaps(&b, v.Gaps),
		Error(&b, &limen.Error{What: s.Gaps[0].What, Why: s.Gaps[0].Why, Next: s.Gaps[0].Next}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func FuzzNothingForeignReachesATerminal(f *testing.F) {
	for _, l := range forgeries().Listeners {
		f.Add(l.Owners[0].Process.Name, uint8(40))
	}
	f.Fuzz(func(t *testing.T, text string, width uint8) {
		s, v := asForeign(text)
		var names []string
		for _, c := range Columns {
			names = append(names, c.Name)
		}
		for _, format := range Formats {
			o := Options{Width: int(width), Columns: names, Sort: "-owner"}
			if format.TakesGroups {
				o.Group = "user"
			}
			out := everything(t, format, o, s, v)
			if format.Name == TSV.Name {
				out = strings.ReplaceAll(out, "\t", "")
			}
			if r, bad := hasDanger(out); bad {
				t.Fatalf("%s with %q has %U:\n%s", format.Name, text, r, out)
			}
			if !format.TakesColumns {
				continue
			}
			// A name that could add a line could add a listener.
			table := everything(t, format, Options{}, s, v)
			s.Listeners[0].Owners[0].Process.Name = "x"
			plain := everything(t, format, Options{}, s, v)
			s.Listeners[0].Owners[0].Process.Name = text
			if a, b := strings.Count(table, "\n"), strings.Count(plain, "\n"); a != b {
				t.Fatalf("%s with %q has %d lines, and with a plain name %d", format.Name, text, a, b)
			}
		}
	})
}

func TestJSONDecodesToTheSameText(t *testing.T) {
	s := forgeries()
	for _, f := range []Format{JSON, NDJSON} {
		text := write1(t, s, f, Options{})
		if r, bad := hasDanger(text); bad {
			t.Errorf("%s has %U", f.Name, r)
		}
		if !strings.Contains(text, `\u202e`) || !strings.Contains(text, `\udb40\udc41`) {
			t.Errorf("%s has lost a character that cannot be seen:\n%s", f.Name, text)
		}
	}
	var back limen.Snapshot
	if err := json.Unmarshal([]byte(write1(t, s, JSON, Options{})), &back); err != nil {
		t.Fatal(err)
	}
	for i, l := range back.Listeners {
		want := strings.ToValidUTF8(s.Listeners[i].Owners[0].Process.Name, "\ufffd\ufffd") // what JSON can hold
		if got := l.Owners[0].Process.Name; got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	}
}
