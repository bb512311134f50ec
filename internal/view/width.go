package view

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// widthOf returns how many columns of a terminal safe text takes.
func widthOf(s string) (n int) {
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 2 for what East Asian typography calls wide (UAX #11), 0 for
// marks that stand on the character before them, else 1.
func runeWidth(r rune) int {
	if r < 0x300 { // the first combining mark; before it all is narrow
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) || 0x1160 <= r && r <= 0x11ff {
		return 0 // the range: vowels and finals of Hangul syllables, drawn into the first letter
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut shortens safe text to at most room columns, with … where something is
// missing. It leaves out the middle, because a command is known by its
// beginning and a PID stands at the end.
func cut(s string, room int) string {
	if widthOf(s) <= room {
		return s
	}
	if room < 1 {
		return ""
	}
	tail := (room - 1) / 3
	head := room - 1 - tail
	return strings.TrimRight(keepHead(s, head), " ") + "…" + strings.TrimLeft(keepTail(s, tail), " ")
}

// keepHead returns as much of the beginning of s as fits, with the marks that
// belong to it.
func keepHead(s string, room int) string {
	used := 0
	for i, r := range s {
		if used += runeWidth(r); used > room {
			return s[:i]
		}
	}
	return s
}

// keepTail returns as much of the end of s as fits. Marks whose character is
// cut off go with it.
func keepTail(s string, room int) string {
	left := widthOf(s)
	for i, r := range s {
		if left <= room && runeWidth(r) > 0 {
			return s[i:]
		}
		left -= runeWidth(r)
	}
	return ""
}

// pad fills text up with spaces.
func pad(s string, room int) string {
	return s + strings.Repeat(" ", max(0, room-widthOf(s)))
}

// wrap breaks text at spaces into lines of at most room columns. A longer word
// gets a line of its own, whole. No room means no limit.
func wrap(s string, room int) []string {
	if room <= 0 || widthOf(s) <= room {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	for word := range strings.SplitSeq(s, " ") {
		n := widthOf(word)
		if line != "" && used+1+n > room {
			lines = append(lines, line)
			line, used = "", 0
		}
		if line != "" {
			line += " "
			used++
		}
		line += word
		used += n
	}
	return append(lines, line)
}
