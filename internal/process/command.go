package process

import (
	"strings"
	"unicode/utf8"
)

// splitCommand reads /proc/PID/cmdline: arguments that each end in a NUL. A
// process may write over them; one long title without NULs becomes one
// argument, and the NULs that such a process leaves behind it are dropped,
// with any empty arguments at the end, which look the same. More than limit
// bytes are cut, and it says so.
func splitCommand(b []byte, limit int) (args []string, cut bool) {
	s := string(b)
	if len(s) > limit {
		s, cut = wholeRunes(s[:limit]), true
	}
	if s = strings.TrimRight(s, "\x00"); s == "" {
		return nil, cut
	}
	return strings.Split(s, "\x00"), cut
}

// wholeRunes drops what a cut has left of a character at the end of s.
func wholeRunes(s string) string {
	for i := len(s) - 1; i >= 0 && i >= len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				return s[:i]
			}
			break
		}
	}
	return s
}
