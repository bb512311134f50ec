package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe makes foreign text harmless to show on one line: whatever a terminal
// would obey, whatever changes the order or the place of what follows, and
// whatever cannot be seen becomes a visible escape such as \x1b or \u202e.
// Text that is safe is returned as it is, so Safe may be applied again.
//
// It shows a text, and does not encode it: a backslash stays one. Who needs
// the exact bytes takes JSON.
func Safe(s string) string {
	var b strings.Builder
	changed := false
	marks := mostMarks // none has anything to stand on yet
	for i, n := 0, 0; i < len(s); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(s[i:])
		shown := isShown(r) && !(r == utf8.RuneError && n == 1)
		if unicode.In(r, unicode.Mn, unicode.Me) {
			shown = shown && marks < mostMarks
			marks++
		} else {
			marks = 0
		}
		if shown {
			if changed {
				b.WriteRune(r)
			}
			continue
		}
		if !changed {
			b.WriteString(s[:i])
			changed = true
		}
		b.WriteString(escape(r, s[i:i+n]))
		marks = max(marks, mostMarks) // marks after an escape have nothing to stand on either
	}
	if !changed {
		return s
	}
	return b.String()
}

// mostMarks is how many combining marks may stand on one character. Living
// languages need fewer; a pile of them paints over the lines above and below.
const mostMarks = 4

// isShown reports whether a character is what it looks like. unicode.IsPrint
// leaves out controls (Cc), formats such as the bidirectional ones of UAX #9
// and zero-width joiners (Cf), private use (Co), line separators (Zl, Zp) and
// every space but the common one (Zs), which could pass for the end of a
// column.
func isShown(r rune) bool {
	if r < utf8.RuneSelf {
		return ' ' <= r && r <= '~'
	}
	return unicode.IsPrint(r) && !isBlank(r)
}

// isBlank reports whether a character counts as printable and shows nothing:
// fillers and the like (UAX #44, Default_Ignorable_Code_Point), variation
// selectors, which can carry a hidden text, and the empty braille pattern.
func isBlank(r rune) bool {
	return r == '\u2800' || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// escape writes a character as Go and most other languages do in a string;
// raw are its bytes, of which one that is no character stands for itself.
func escape(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// oneLine joins the arguments of a command. One that would fall apart is
// quoted, so that each can be told from the next; it is no shell's syntax.
func oneLine(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a
		if a == "" || strings.ContainsAny(a, ` "`) {
			words[i] = `"` + strings.ReplaceAll(a, `"`, `\"`) + `"`
		}
	}
	return strings.Join(words, " ")
}
