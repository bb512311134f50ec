package serve

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A name in a folder may be any bytes without a slash and a zero. What a person
// sees of it and where its link leads are two texts, made here and nowhere else.

// hrefOf is the address of a path relative to the folder it lies in. It begins
// with a dot and a slash, so that no name is taken for a scheme or a host
// (RFC 3986, 4.2), and has nothing but unreserved characters, slashes and
// percent signs, so that it means the same in HTML, JSON and a shell.
func hrefOf(path string) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(path)+8)
	b = append(b, "./"...)
	for i := range len(path) {
		if c := path[i]; c == '/' || isUnreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// isUnreserved reports whether a byte means itself in every part of a URL
// (RFC 3986, 2.3).
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

// visible is a name as a person can read it: what has no shape of its own, or
// changes how what stands beside it looks, is written as a number. So
// "exe.gpj" cannot be made to look like "jpg.exe", nor two names alike.
func visible(name string) string {
	if isPlainText(name) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		c, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, name[i])
		case isShapeless(c):
			fmt.Fprintf(&b, `\u{%x}`, c)
		default:
			b.WriteString(name[i : i+size])
		}
		i += size
	}
	return b.String()
}

func isPlainText(name string) bool {
	for i := range len(name) {
		if c := name[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// isShapeless reports whether a character cannot be seen: a control, a format
// such as those that turn the direction of writing, one that stands for
// nothing. The two joiners are left alone, because Persian and many emoji are
// written with them, and so are all spaces: macOS puts a narrow one into the
// name of each screenshot.
func isShapeless(c rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return !unicode.IsGraphic(c) && c != nonJoiner && c != joiner
}
