package view

import (
	"bytes"
	"encoding/json"
)

// deepest is how far values in values are moved to the right.
const deepest = 40

// indented is JSON as people read it, at most so many bytes of it: brackets in
// brackets become as many spaces as somebody likes. Numbers and strings keep
// their letters, and what is no JSON stays as it is.
func indented(text []byte, most int) []byte {
	if !json.Valid(text) {
		return text
	}
	var b bytes.Buffer
	depth := 0
	newline := func() {
		b.WriteByte('\n')
		for range min(depth, deepest) {
			b.WriteString("  ")
		}
	}
	for i := 0; i < len(text) && b.Len() <= most; i++ {
		switch c := text[i]; c {
		case '"':
			end := i + 1
			for ; text[end] != '"'; end++ {
				if text[end] == '\\' {
					end++
				}
			}
			b.Write(text[i : end+1])
			i = end
		case '{', '[':
			b.WriteByte(c)
			if next := bytes.TrimLeft(text[i+1:], " \t\r\n"); next[0] == c+2 { // ASCII: "}" and "]" stand two behind
				b.WriteByte(next[0])
				i = len(text) - len(next)
				continue
			}
			depth++
			newline()
		case '}', ']':
			depth--
			newline()
			b.WriteByte(c)
		case ',':
			b.WriteByte(c)
			newline()
		case ':':
			b.WriteString(": ")
		case ' ', '\t', '\r', '\n': // ours are written instead
		default:
			b.WriteByte(c)
		}
	}
	return b.Bytes()
}
