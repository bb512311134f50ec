package redact

import "strings"

// lines is a text without the values of secrets that are the rest of a line: in YAML,
// in files of settings, in the heads of STOMP.
func lines(text string) string {
	var out strings.Builder
	block := -1 // how far the line is indented whose value is the block that follows (YAML 1.2.2, section 8.1); less than zero if none is
	isSaid := false
	for line := range strings.Lines(text) {
		if block >= 0 && (strings.TrimSpace(line) == "" || indent(line) > block) {
			if !isSaid && strings.TrimSpace(line) != "" {
				out.WriteString(line[:indent(line)] + Word + "\n")
				isSaid = true
			}
			continue
		}
		block = -1
		name, value, ok := cutLine(line)
		if !ok || !IsSecret(name) {
			out.WriteString(line)
			continue
		}
		rest := strings.TrimRight(value, " \t\r\n")
		before := rest[:len(rest)-len(strings.TrimLeft(rest, " \t"))]
		plain := rest[len(before):]
		if plain != "" && (plain[0] == '|' || plain[0] == '>') {
			block, isSaid = indent(line), false
		}
		if block >= 0 || plain == "" || isEmptyValue([]byte(plain)) || plain[0] == '{' || plain[0] == '[' {
			out.WriteString(line)
			continue
		}
		out.WriteString(line[:len(line)-len(value)] + before + Word + value[len(rest):])
	}
	return out.String()
}

// cutLine cuts a line behind the name that it begins with.
func cutLine(line string) (name, value string, ok bool) {
	from := len(line) - len(strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(line, " \t"), "- "), " \t"))
	to := from
	for to < len(line) && to-from <= longestName && isOfName(line[to]) {
		to++
	}
	behind := strings.TrimLeft(line[to:], " \t")
	if to == from || behind == "" || behind[0] != ':' && behind[0] != '=' {
		return "", "", false
	}
	return line[from:to], behind[1:], true
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
