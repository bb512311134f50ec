package proxy

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostLine and mostQuote bound what is shown of foreign texts.
const (
	mostLine  = 300
	mostQuote = 1000
	mostLines = 12
)

// tame makes one line of a foreign text that can stand in any of our answers:
// what has no shape of its own, or changes how what stands beside it looks, is
// written as a number, and what is too long is cut. Markup is left to whoever
// writes a page.
func tame(s string) string {
	return cut(strings.TrimSpace(shown(strings.Join(strings.Fields(s), " "), false)), mostLine)
}

// tameLines is tame for a text of several lines, of which it keeps the last
// ones: they say how far something is.
func tameLines(s string) string {
	all := strings.Split(strings.TrimSpace(lastBytes(s, mostQuote)), "\n")
	all = all[max(0, len(all)-mostLines):]
	for i, line := range all {
		all[i] = cut(shown(strings.TrimRight(line, " \t\r"), true), mostLine)
	}
	return strings.Join(all, "\n")
}

// tameQuote is tame for what a server has said, of which it keeps the beginning.
func tameQuote(s string) string {
	return cut(shown(strings.Join(strings.Fields(firstBytes(s, mostQuote)), " "), false), mostLine)
}

// shown writes what has no shape as a number. Tabs stay in a text that is laid
// out by them.
func shown(s string, isLaidOut bool) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case c == '\t' && isLaidOut:
			b.WriteByte('\t')
		case c == '\x1b':
			i += escapeSequence(s[i:])
			continue
		case c != ' ' && !unicode.IsGraphic(c) || unicode.Is(unicode.Bidi_Control, c):
			fmt.Fprintf(&b, `\u{%x}`, c)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// escapeSequence is how long a control sequence of a terminal is, such as a
// colour, that a text begins with (ECMA-48, section 5.4). It has no meaning on
// a page, and is left out.
func escapeSequence(s string) int {
	if len(s) < 2 || s[1] != '[' {
		return 1
	}
	for i := 2; i < len(s); i++ {
		if 0x40 <= s[i] && s[i] <= 0x7e {
			return i + 1
		}
	}
	return len(s)
}

// cut shortens a text to n bytes, between two characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return firstBytes(s, n) + "…"
}

func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func lastBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	at := len(s) - n
	for at < len(s) && !utf8.RuneStart(s[at]) {
		at++
	}
	return s[at:]
}
