package tap

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// fieldsMost is how many fields of a head are read. The proxy lets fewer through.
const fieldsMost = 1000

// parseHead reads a head as it was kept: its first line, and the fields. It takes
// whatever is there for one.
func parseHead(b []byte) (first string, fields []limen.Field) {
	line, rest := cutLine(b)
	return string(line), parseFields(rest)
}

// parseFields reads fields up to an empty line.
func parseFields(b []byte) (fields []limen.Field) {
	for len(b) > 0 && len(fields) < fieldsMost {
		var line []byte
		line, b = cutLine(b)
		if len(line) == 0 {
			return fields
		}
		at := bytes.IndexByte(line[1:], ':') + 1 // the name :protocol begins with one (RFC 8441, section 4)
		if at == 0 {
			continue
		}
		fields = append(fields, limen.Field{Name: string(line[:at]), Value: string(bytes.Trim(line[at+1:], " \t"))})
	}
	return fields
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// valueOf returns what a field says, all of its lines together; empty if it is not
// there.
func valueOf(fields []limen.Field, name string) string {
	value, isThere := "", false
	for _, f := range fields {
		switch {
		case !strings.EqualFold(f.Name, name):
		case isThere:
			value += ", " + f.Value
		default:
			value, isThere = f.Value, true
		}
	}
	return value
}

// mediaOf is the type of a body, without what qualifies it.
func mediaOf(fields []limen.Field) string {
	media, _, _ := strings.Cut(valueOf(fields, "Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// hasWord reports whether a list has a word in it.
func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(w), word) {
			return true
		}
	}
	return false
}

// isChunked reports whether the body behind a head comes in chunks.
func isChunked(fields []limen.Field) bool {
	return hasWord(valueOf(fields, "Transfer-Encoding"), "chunked")
}

// urlOf is what the client asked for, as it would be typed.
func urlOf(target string, fields []limen.Field, isSecret bool) string {
	if target == "" || target[0] != '/' && target[0] != '*' {
		return target // of a proxy, or of CONNECT (RFC 9112, section 3.2)
	}
	scheme := "http://"
	if isSecret {
		scheme = "https://"
	}
	return scheme + valueOf(fields, "Host") + target
}
