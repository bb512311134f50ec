package limen

import "strings"

// Unmistakable returns a foreign name as it can stand in a sentence or a cell:
// quoted if it would otherwise be taken for more than a name beside what limen
// itself adds, such as a PID in parentheses, a second owner, a word of doubt
// or the next column. It does not make control characters harmless; whoever
// prints does that.
func Unmistakable(name string) string {
	if name != "" && name == strings.TrimSpace(name) && !strings.ContainsAny(name, `()",;>+@`) &&
		!strings.Contains(name, "  ") && !strings.Contains(name, " and ") &&
		!strings.HasPrefix(name, "maybe ") && !strings.HasPrefix(name, "probably ") && !strings.HasPrefix(name, "hidden") {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
}
