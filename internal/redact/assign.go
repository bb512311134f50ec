package redact

import "strings"

// Quotes say which quotes make a value that is given to a name.
type quotes uint8

const (
	anyQuote    quotes = iota
	escapedOnly        // in a text of JSON: those of a text that is a string there
	namedOnly          // in HTML: where the name stands in quotes, too, as in a text of JSON; the rest is scripts
)

// mostGap is how many spaces may stand on either side of what gives a value.
const mostGap = 8

// assigned is a text without the values of secrets that are in quotes behind their
// names: as arguments of GraphQL, in TOML, as attributes of XML, in a log.
func assigned(text string, which quotes) string {
	var out strings.Builder
	done := 0 // so much of the text is out
	for i := 0; i < len(text); i++ {
		if text[i] != ':' && text[i] != '=' || i < done {
			continue
		}
		from, mark := quoteBehind(text, i+1)
		if mark == "" || which == escapedOnly && len(mark) == 1 {
			continue
		}
		name, isQuoted := nameOf(text[:i])
		switch {
		case which == namedOnly && !(isQuoted && endsSecret(bareOf(name))):
			continue
		case name == "" || !IsSecret(name):
			continue
		}
		to := endOfQuoted(text, from, mark)
		if to == from {
			continue
		}
		out.WriteString(text[done:from])
		out.WriteString(Word)
		done, i = to, to-1
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

// quoteBehind returns where a value begins that stands in quotes, and the quote, with
// the backslashes before it; none if there is no such value.
func quoteBehind(text string, at int) (from int, mark string) {
	at += len(text[at:min(len(text), at+1)]) - len(strings.TrimPrefix(text[at:min(len(text), at+1)], ">")) // Ruby writes =>
	for end := at + mostGap; at < len(text) && at < end && (text[at] == ' ' || text[at] == '\t'); at++ {
	}
	from = at
	for from < len(text) && from-at < mostGap && text[from] == '\\' {
		from++
	}
	if from == len(text) || text[from] != '"' && text[from] != '\'' {
		return 0, ""
	}
	return from + 1, text[at : from+1]
}

// nameOf is the name that a text ends with, and whether it stands in quotes.
func nameOf(text string) (name string, isQuoted bool) {
	text = text[max(0, len(text)-2*longestName):]
	text = strings.TrimRight(text, " \t")
	plain := strings.TrimRight(text, `"'`)
	isQuoted = len(plain) < len(text)
	if isQuoted {
		plain = strings.TrimRight(plain, `\`)
	}
	from := len(plain)
	for from > 0 && isOfName(plain[from-1]) {
		from--
	}
	return plain[from:], isQuoted
}

func isOfName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

// endOfQuoted returns where a value ends: before the same quote, with as many
// backslashes. One that is cut goes to the end.
func endOfQuoted(text string, from int, mark string) int {
	for at := from; ; {
		n := strings.Index(text[at:], mark)
		if n < 0 {
			return len(text)
		}
		at += n
		if at == from || text[at-1] != '\\' {
			return at
		}
		at += len(mark)
	}
}
