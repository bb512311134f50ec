package probe

import "strings"

// mostNumbered is how many lines a numbered reply may have.
const mostNumbered = 100

// Numbered is a reply of SMTP or FTP: lines that begin with the same three
// digits, the last one with a space after them (RFC 5321 §4.2.1, RFC 959
// §4.2). Lines between may be anything with FTP.
type numbered struct {
	code  string   // three digits, or empty if it is no such reply
	lines []string // what stands after them
}

// numbered reads such a reply.
func (c *Conn) numbered() (n numbered) {
	for range mostNumbered {
		line := c.Line()
		if c.Err() != nil {
			return numbered{}
		}
		if n.code == "" {
			if !isNumbered(line) {
				return numbered{}
			}
			n.code = line[:3]
		}
		text, ok := strings.CutPrefix(line, n.code)
		switch {
		case !ok:
			n.lines = append(n.lines, line)
		case text == "":
			return n
		default:
			n.lines = append(n.lines, text[1:])
			if text[0] == ' ' {
				return n
			}
		}
	}
	return numbered{}
}

// text is all of the reply on one line.
func (n numbered) text() string { return strings.Join(n.lines, " ") }

// isNumbered reports whether line can be the first of such a reply.
func isNumbered(line string) bool {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return false
	}
	return line[0] >= '1' && line[0] <= '5' && isDigit(line[1]) && isDigit(line[2])
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
