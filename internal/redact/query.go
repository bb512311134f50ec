package redact

import "strings"

const longestName = 64 // of a part of a query

// withoutValues is any text without the values of secrets in the queries and
// fragments of addresses that are in it, also where such a part is escaped: as HTML
// does it, as JSON (\u0026), or as a part of another address (%26, %2526).
func withoutValues(text string) string {
	var out strings.Builder
	done := 0 // so much of the text is out
	for i := 0; i < len(text); {
		next := strings.IndexAny(text[i:], `?&#;%\`)
		if next < 0 {
			break
		}
		i += next
		n, isSemicolon := separator(text[i:]), text[i] == ';'
		if i += max(n, 1); n == 0 {
			continue
		}
		name, equals := nameBefore(text[i:])
		if equals == 0 || !isSecretInQuery(name) || isSemicolon && !mayFollowSemicolon(text[:i-1], name) {
			continue
		}
		i += len(name) + equals
		end := endOfQueryValue(text[i:], isSemicolon)
		if end == 0 {
			continue
		}
		out.WriteString(text[done:i])
		out.WriteString(Word)
		i += end
		done = i
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

// mayFollowSemicolon reports whether a name behind a semicolon is one of an address:
// in HTML the semicolon belongs to &amp;, and Java has its sessions there. Elsewhere,
// as in scripts, it begins a statement.
func mayFollowSemicolon(before, name string) bool {
	return strings.HasSuffix(before, "&amp") || strings.HasSuffix(strings.ToLower(name), "sessionid")
}

// separator is how long what stands before a part of a query is; zero if there is
// none.
func separator(text string) int {
	switch text[0] {
	case '%':
		return escape(text, "3F", "26", "23")
	case '\\':
		for _, one := range []string{`\u0026`, `\u003f`} { // as encoding/json and others write it
			if len(text) >= len(one) && strings.EqualFold(text[:len(one)], one) {
				return len(one)
			}
		}
		return 0
	}
	return 1
}

// escape is how long the escape of one of some bytes is that a text begins with; it
// may have been escaped again. It is zero if there is none.
func escape(text string, codes ...string) int {
	if text == "" || text[0] != '%' {
		return 0
	}
	at := 1
	for at < longestName && strings.HasPrefix(text[at:], "25") {
		at += 2
	}
	if len(text) < at+2 {
		return 0
	}
	for _, code := range codes {
		if strings.EqualFold(text[at:at+2], code) {
			return at + 2
		}
	}
	return 0
}

// nameBefore is the name that a part of a query begins with, and how long the equals
// sign behind it is; zero if there is none.
func nameBefore(text string) (name string, equals int) {
	for i := 0; i < min(len(text), longestName+1); i++ {
		switch c := text[i]; {
		case c == '=' && i > 0:
			return text[:i], 1
		case c == '%':
			if n := escape(text[i:], "3D"); n > 0 && i > 0 {
				return text[:i], n
			}
			if escape(text[i:], "3F", "26", "23") > 0 {
				return "", 0
			}
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.[]-+~:$", c) >= 0:
		default:
			return "", 0
		}
	}
	return "", 0
}

// endOfQueryValue returns where a value ends.
func endOfQueryValue(text string, isBehindSemicolon bool) int {
	for i := range len(text) {
		c := text[i]
		switch {
		case c <= ' ' || strings.IndexByte("&#\"'<>\\", c) >= 0:
			return i
		case isBehindSemicolon && (c == ';' || c == '?'):
			return i
		case c == '%' && escape(text[i:], "26", "23") > 0:
			return i
		}
	}
	return len(text)
}
