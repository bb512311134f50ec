package naming

import (
	"strings"
	"unicode"
)

// mostLabel is how long what stands between two dots of a name can be (RFC
// 1035, section 2.3.4).
const mostLabel = 63

// slug makes a label of any text: letters from a to z, digits, and one - for
// each run of everything else, with none at an end. It is empty if nothing of
// the text can be kept. Letters of Latin lose their marks, and those of other
// scripts are dropped: as xn-- nobody could read or type them.
func slug(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range text {
		if b.Len() >= mostLabel {
			break
		}
		if unicode.Is(unicode.Mn, r) {
			continue // a mark of the letter before it, as macOS writes names of files (Unicode, NFD)
		}
		word := plain(unicode.ToLower(r))
		if word == "" {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteString(word)
	}
	return strings.TrimRight(b.String()[:min(b.Len(), mostLabel)], "-")
}

// plain returns how a lower-case letter or a digit is written without marks;
// empty if it cannot be.
func plain(r rune) string {
	if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
		return string(r)
	}
	if r < 0x80 {
		return ""
	}
	for _, l := range latin {
		if strings.ContainsRune(l.marked, r) {
			return l.plain
		}
	}
	return ""
}

// latin are the letters of European languages with marks, and those that stand
// for two (Unicode, Latin-1 Supplement and Latin Extended-A).
var latin = []struct{ plain, marked string }{
	{"a", "àáâãäåāăą"}, {"ae", "æ"}, {"c", "çćĉċč"}, {"d", "ðďđ"},
	{"e", "èéêëēĕėęě"}, {"g", "ĝğġģ"}, {"h", "ĥħ"}, {"i", "ìíîïĩīĭįı"},
	{"ij", "ĳ"}, {"j", "ĵ"}, {"k", "ķĸ"}, {"l", "ĺļľŀł"},
	{"n", "ñńņňŉŋ"}, {"o", "òóôõöøōŏő"}, {"oe", "œ"}, {"r", "ŕŗř"},
	{"s", "śŝşšș"}, {"ss", "ß"}, {"t", "ţťŧț"}, {"th", "þ"},
	{"u", "ùúûüũūŭůűų"}, {"w", "ŵ"}, {"y", "ýÿŷ"}, {"z", "źżž"},
}
