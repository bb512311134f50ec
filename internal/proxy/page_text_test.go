package proxy

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestForeignTextIsMadeHarmless(t *testing.T) {
	for foreign, want := range map[string]string{
		"vite (pid 812)":                "vite (pid 812)",
		" a\r\n\tb ":                    "a b",
		"\x1b[1;32mgreen\x1b[0m":        "green",
		"\x1b]0;title\x07":              `]0;title\u{7}`,
		"\x1b[":                         "",
		"exe\u202egpj":                  `exe\u{202e}gpj`,
		"\xff":                          `\xff`,
		"größe 日本":                      "größe 日本",
		strings.Repeat("ä", mostLine):   strings.Repeat("ä", mostLine/2) + "…",
		"a" + strings.Repeat("ä", 1000): "a" + strings.Repeat("ä", (mostLine-1)/2) + "…",
	} {
		if got := tame(foreign); got != want {
			t.Errorf("%q becomes %q, want %q", foreign, got, want)
		}
	}
}

func TestOfALogTheLastLinesAreShown(t *testing.T) {
	log := strings.Repeat("compiling…\n", 1000) + "\tready\r\n"
	got := strings.Split(tameLines(log), "\n")
	if len(got) != mostLines || got[mostLines-1] != "\tready" || got[0] != "compiling…" {
		t.Errorf("%q", got)
	}
}

func FuzzTame(f *testing.F) {
	f.Add("a\x1b[31mb\u202e\xff\r\n")
	f.Fuzz(func(t *testing.T, foreign string) {
		for what, got := range map[string]string{"a line": tame(foreign), "lines": tameLines(foreign), "a quotation": tameQuote(foreign)} {
			if strings.ContainsFunc(got, func(r rune) bool {
				return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
			}) || !utf8.ValidString(got) {
				t.Errorf("%s of %q is %q", what, foreign, got)
			}
			if what != "lines" && (strings.ContainsAny(got, "\n\t") || len(got) > mostLine+len("…")) {
				t.Errorf("%s of %q is %q", what, foreign, got)
			}
		}
	})
}
