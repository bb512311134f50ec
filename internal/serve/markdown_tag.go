package serve

import "strings"

// tagSize returns how long the HTML is that text begins with: a tag, a comment
// or the like (CommonMark 0.31, 6.6); 0 if there is none.
func tagSize(text string) int {
	for _, t := range closedBy {
		if rest, ok := strings.CutPrefix(text, t.begins); ok {
			end := strings.Index(rest, t.ends)
			if end < 0 {
				return 0
			}
			return len(t.begins) + end + len(t.ends)
		}
	}
	switch {
	case len(text) < 3:
		return 0
	case text[1] == '!' && isLetter(text[2]):
		return strings.IndexByte(text, '>') + 1
	case text[1] == '/':
		n := nameSize(text[2:])
		if n == 0 {
			return 0
		}
		return endOfTag(text, runEnd(text, 2+n, " \t\n"))
	}
	at := nameSize(text[1:]) + 1
	if at == 1 {
		return 0
	}
	for {
		next := attribute(text, at)
		if next == 0 {
			break
		}
		at = next
	}
	at = runEnd(text, at, " \t\n")
	if at < len(text) && text[at] == '/' {
		at++
	}
	return endOfTag(text, at)
}

// closedBy are what has an end of its own.
var closedBy = []struct{ begins, ends string }{{"<!-->", ""}, {"<!--->", ""}, {"<!--", "-->"}, {"<?", "?>"}, {"<![CDATA[", "]]>"}}

// attribute returns where an attribute ends that begins at at, with the space
// before it; 0 if there is none.
func attribute(text string, at int) (next int) {
	begin := runEnd(text, at, " \t\n")
	if begin == at || begin == len(text) || !isLetter(text[begin]) && text[begin] != '_' && text[begin] != ':' {
		return 0
	}
	end := begin
	for end < len(text) && (isLetter(text[end]) || '0' <= text[end] && text[end] <= '9' || strings.IndexByte("_.:-", text[end]) >= 0) {
		end++
	}
	is := runEnd(text, end, " \t\n")
	if is == len(text) || text[is] != '=' {
		return end
	}
	value := runEnd(text, is+1, " \t\n")
	if value == len(text) {
		return 0
	}
	if q := text[value]; q == '"' || q == '\'' {
		n := strings.IndexByte(text[value+1:], q)
		if n < 0 {
			return 0
		}
		return value + n + 2
	}
	last := value
	for last < len(text) && strings.IndexByte(" \t\n\"'=<>`", text[last]) < 0 {
		last++
	}
	if last == value {
		return 0
	}
	return last
}

func endOfTag(text string, at int) int {
	if at < len(text) && text[at] == '>' {
		return at + 1
	}
	return 0
}

// nameSize returns how long the name of a tag is.
func nameSize(text string) (n int) {
	for n < len(text) && (isLetter(text[n]) || n > 0 && ('0' <= text[n] && text[n] <= '9' || text[n] == '-')) {
		n++
	}
	return n
}

// runEnd returns where a run of signs ends.
func runEnd(text string, at int, signs string) int {
	for at < len(text) && strings.IndexByte(signs, text[at]) >= 0 {
		at++
	}
	return at
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
