package serve

import (
	"html"
	"strings"
)

// isPunctuation reports whether a backslash takes the meaning of a sign (2.4).
func isPunctuation(c byte) bool {
	return '!' <= c && c <= '/' || ':' <= c && c <= '@' || '[' <= c && c <= '`' || '{' <= c && c <= '~'
}

// unescape returns text without its backslashes, and with the characters that
// entities stand for.
func unescape(text string) string {
	if !strings.ContainsAny(text, `\&`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && isPunctuation(text[i+1]):
			i++
			b.WriteByte(text[i])
		case c == '&':
			s, n := entity(text[i:])
			b.WriteString(s)
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// mostEntity is longer than the name of any (HTML, "Named character
// references").
const mostEntity = 34

// entity returns what the entity stands for that text begins with; if there is
// none, the & itself (CommonMark 0.31, 2.5).
func entity(text string) (s string, size int) {
	end := strings.IndexByte(text[:min(len(text), mostEntity)], ';')
	if end < 2 || !isEntity(text[1:end]) {
		return "&", 1
	}
	if s = html.UnescapeString(text[:end+1]); s == text[:end+1] {
		return "&", 1
	}
	return s, end + 1
}

// isEntity reports whether s can stand between & and ;.
func isEntity(s string) bool {
	signs, most := "abcdefghijklmnopqrstuvwxyz0123456789", mostEntity
	if number, ok := strings.CutPrefix(strings.ToLower(s), "#"); ok {
		s, signs, most = number, "0123456789", 7
		if hex, ok := strings.CutPrefix(number, "x"); ok {
			s, signs, most = hex, "0123456789abcdef", 6
		}
	}
	return s != "" && len(s) <= most && strings.Trim(strings.ToLower(s), signs) == ""
}
