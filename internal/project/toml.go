package project

import (
	"iter"
	"strconv"
	"strings"
)

// tomlValues yields each value of a TOML document (toml.io, version 1.0) as it
// is written, with its full key: the name under [project] is "project.name".
//
// It knows where a value ends, and not what it means. That is enough: names
// and versions are plain strings in every manifest, and strings, arrays and
// comments that look like keys or tables are stepped over. Inline tables are
// values like others, tables in arrays are yielded under a key that no
// manifest has, and a document that is not TOML yields less.
func tomlValues(doc string) iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		table := ""
		for doc = tomlSpace(doc); doc != ""; doc = tomlSpace(doc) {
			if doc[0] == '[' {
				line := tomlLine(doc)
				table = tomlTable(line)
				doc = doc[len(line):]
				continue
			}
			key, rest, ok := tomlKey(doc)
			if !ok {
				doc = doc[len(tomlLine(doc)):]
				continue
			}
			value := tomlValue(rest)
			if !yield(table+key, strings.TrimSpace(value)) {
				return
			}
			rest = rest[len(value):]
			doc = rest[len(tomlLine(rest)):]
		}
	}
}

// tomlSpace steps over white space and comments.
func tomlSpace(s string) string {
	s = strings.TrimLeft(s, " \t\r\n\ufeff")
	for strings.HasPrefix(s, "#") {
		s = strings.TrimLeft(s[len(tomlLine(s)):], " \t\r\n")
	}
	return s
}

// tomlLine returns the first line of s, without its end.
func tomlLine(s string) string {
	if end := strings.IndexByte(s, '\n'); end >= 0 {
		return s[:end]
	}
	return s
}

// tomlTable returns the prefix that the header [a.b] gives to keys: "a.b.".
// That of [[a.b]] begins with a bracket. A table with a long name is nothing
// to a manifest, and the name would be copied for each of its keys.
func tomlTable(line string) string {
	name, _, _ := strings.Cut(line[1:], "]")
	return unspaced(name[:min(len(name), maxName)]) + "."
}

// tomlKey splits the first line of s at its equals sign. The key lies in that
// line with all its quotes; looking for their ends beyond it would let a
// hostile file be read as often as it has lines.
func tomlKey(s string) (key, rest string, ok bool) {
	line := tomlLine(s)
	for at := 0; at < len(line); {
		switch line[at] {
		case '=':
			return unspaced(line[:at]), s[at+1:], true
		case '#':
			return "", "", false
		case '"', '\'':
			at += len(tomlString(line[at:]))
		default:
			at++
		}
	}
	return "", "", false
}

// unspaced takes spaces and quotes out of a key. A key that needs its quotes
// is then another's, and no manifest has one of those.
func unspaced(key string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\"'", r) {
			return -1
		}
		return r
	}, key)
}

// tomlValue returns the value that s begins with: up to the end of the line,
// or of the brackets and strings that are open there.
func tomlValue(s string) string {
	open, at := 0, 0
	for at < len(s) {
		switch s[at] {
		case '"', '\'':
			at += len(tomlString(s[at:]))
			continue
		case '#':
			if open == 0 {
				return s[:at]
			}
			at += len(tomlLine(s[at:]))
			continue
		case '\n':
			if open == 0 {
				return s[:at]
			}
		case '[', '{':
			open++
		case ']', '}':
			open--
		}
		at++
	}
	return s
}

// tomlString returns the string that s begins with, quotes included: one of
// """, ”', " and '. One of the last two that does not end before the line
// does ends with it.
func tomlString(s string) string {
	quote := s[:1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(s, long) {
		quote = long
	}
	for at := len(quote); at < len(s); at++ {
		switch {
		case strings.HasPrefix(s[at:], quote):
			return s[:at+len(quote)]
		case s[at] == '\\' && quote[0] == '"':
			at++ // whatever it is, it ends nothing
		case s[at] == '\n' && len(quote) == 1:
			return s[:at]
		}
	}
	return s
}

// tomlText returns the text of a value that is a string on one line, and
// nothing for any other value.
func tomlText(value string) string {
	if n := len(value); n >= 2 && value[0] == '\'' && strings.IndexByte(value[1:], '\'') == n-2 {
		return value[1 : n-1]
	}
	// Every escape of TOML 1.0 means the same in Go, whose own quotes begin
	// with " as well or with a backquote, which tomlString does not know.
	if !strings.HasPrefix(value, `"`) {
		return ""
	}
	text, err := strconv.Unquote(value)
	if err != nil {
		return ""
	}
	return text
}

// tomlTexts yields the strings of an array.
func tomlTexts(value string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for at := 0; at < len(value); {
			switch value[at] {
			case '"', '\'':
				s := tomlString(value[at:])
				if !yield(tomlText(s)) {
					return
				}
				at += len(s)
			case '#':
				at += len(tomlLine(value[at:]))
			default:
				at++
			}
		}
	}
}
