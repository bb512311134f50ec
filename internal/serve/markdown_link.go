package serve

import "strings"

// A link is where the text of a link leads, or an image comes from.
type link struct{ to, title string }

// mostLabel and mostParens bound what is looked at (CommonMark 0.31, 6.3: 999
// characters; any implementation may limit parentheses, but to no less than
// three).
const (
	mostLabel  = 999
	mostParens = 32
)

// define takes the definitions of links from the beginning of a paragraph, and
// returns what is left of it (4.7).
func (r *blockReader) define(text string) string {
	for strings.HasPrefix(text, "[") {
		label, at := readLabel(text)
		if at == 0 || !strings.HasPrefix(text[at:], ":") {
			break
		}
		l, n := readDefinition(text[at+1:])
		if n == 0 {
			break
		}
		if _, isKnown := r.links[label]; !isKnown {
			r.links[label] = l
		}
		text = text[at+1+n:]
	}
	return text
}

// readDefinition reads what stands behind the label and the colon, up to the
// end of its line.
func readDefinition(text string) (l link, size int) {
	at := spaces(text, 0)
	to, at, ok := readDestination(text, at)
	if !ok {
		return l, 0
	}
	l.to = to
	end := lineEnd(text, at)
	if next := spaces(text, at); next > at {
		if title, after, ok := readTitle(text, next); ok && lineEnd(text, after) >= 0 {
			l.title = title
			return l, lineEnd(text, after)
		}
	}
	return l, max(end, 0)
}

// lineEnd returns where the next line begins, if nothing but space stands
// before it; else less than 0.
func lineEnd(text string, at int) int {
	for ; at < len(text); at++ {
		switch text[at] {
		case ' ', '\t':
		case '\n':
			return at + 1
		default:
			return -1
		}
	}
	return at
}

// spaces returns where space ends that has no more than one end of a line.
func spaces(text string, at int) int {
	for ends := 0; at < len(text); at++ {
		if text[at] == '\n' {
			ends++
		}
		if ends > 1 || text[at] != ' ' && text[at] != '\t' && text[at] != '\n' {
			break
		}
	}
	return at
}

// readLabel reads a label with its brackets, and returns it as labels are
// compared.
func readLabel(text string) (label string, size int) {
	for i := 1; i < len(text) && i <= mostLabel+1; i++ {
		switch text[i] {
		case '\\':
			i++
		case '[':
			return "", 0
		case ']':
			label = normal(text[1:i])
			if label == "" {
				return "", 0
			}
			return label, i + 1
		}
	}
	return "", 0
}

// normal is a label as labels are compared: without case, and with one space
// for each run of it. What folds to two letters is compared as those.
func normal(label string) string {
	return strings.ReplaceAll(strings.ToLower(strings.ToUpper(strings.Join(strings.Fields(label), " "))), "ß", "ss")
}

// readDestination reads where a link leads.
func readDestination(text string, at int) (to string, next int, ok bool) {
	if at < len(text) && text[at] == '<' {
		for i := at + 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '\n', '<':
				return "", 0, false
			case '>':
				return unescape(text[at+1 : i]), i + 1, true
			}
		}
		return "", 0, false
	}
	depth, i := 0, at
scan:
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && isPunctuation(text[i+1]):
			i++
		case c <= ' ' || c == 0x7f:
			break scan
		case c == '(':
			if depth++; depth > mostParens {
				return "", 0, false
			}
		case c == ')':
			if depth == 0 {
				break scan
			}
			depth--
		}
	}
	return unescape(text[at:i]), i, i > at && depth == 0
}

// readTitle reads the title of a link, with its quotes.
func readTitle(text string, at int) (title string, next int, ok bool) {
	if at >= len(text) || strings.IndexByte(`"'(`, text[at]) < 0 {
		return "", 0, false
	}
	end := text[at]
	if end == '(' {
		end = ')'
	}
	for i := at + 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == end:
			return unescape(text[at+1 : i]), i + 1, true
		case c == '(' && end == ')':
			return "", 0, false
		}
	}
	return "", 0, false
}
