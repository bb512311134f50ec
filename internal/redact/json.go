package redact

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/limenhq/limen/internal/coding"
)

// deepest is how often a JSON text may stand as a string in another one.
const deepest = 4

// JSON is a JSON text without the values of secrets, also those of texts that are
// strings in it, as in logs and queues. All else stays byte by byte as it is,
// also where the text is cut, or no JSON at all.
func JSON(text []byte) []byte { return within(text, deepest) }

func within(text []byte, depth int) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if text[i] != '"' {
			out = append(out, text[i])
			i++
			continue
		}
		end := endOfString(text, i)
		quoted := text[i:end]
		i = end
		colon := skipSpace(text, i)
		if colon >= len(text) || text[colon] != ':' {
			out = append(out, inString(quoted, depth)...)
			continue
		}
		out = append(out, quoted...)
		if !IsSecret(plainName(quoted)) {
			continue
		}
		value := skipSpace(text, colon+1)
		out = append(out, text[i:value]...)
		i = endOfValue(text, value)
		if value < len(text) && !isEmptyValue(text[value:i]) {
			out = append(out, `"`+Word+`"`...)
			continue
		}
		out = append(out, text[value:i]...)
	}
	return out
}

// inString is a string without the secrets of a JSON text that it is.
func inString(quoted []byte, depth int) []byte {
	if depth == 0 || len(quoted) < 2 || !bytes.ContainsAny(quoted[:min(len(quoted), 64)], "{[") || !bytes.Contains(quoted, []byte(`\"`)) {
		return quoted
	}
	var plain string
	if json.Unmarshal(quoted, &plain) != nil || !coding.IsJSON("", []byte(plain)) {
		return quoted
	}
	clean := string(within([]byte(plain), depth-1))
	if clean == plain {
		return quoted
	}
	again, err := json.Marshal(clean)
	if err != nil {
		return quoted // it is a text, so there is none
	}
	return again
}

// plainName is the text of a JSON string.
func plainName(quoted []byte) string {
	var name string
	if json.Unmarshal(quoted, &name) != nil {
		return strings.Trim(string(quoted), `"`)
	}
	return name
}

// isEmptyValue reports whether a value says that there is no secret.
func isEmptyValue(value []byte) bool {
	switch string(value) {
	case "null", `""`, "true", "false":
		return true
	}
	return false
}

// endOfString returns where a string ends that begins at i.
func endOfString(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 { // RFC 8259, 2
		i++
	}
	return i
}

// endOfValue returns where a value ends that begins at i: a string, an object
// or list with all that is in it, or a word.
func endOfValue(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch c := text[i]; {
		case c == '"':
			i = endOfString(text, i)
			if depth == 0 {
				return i
			}
			continue
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth == 0 {
				return i // it is that of what the value is in
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case depth == 0 && strings.IndexByte(", \t\r\n", c) >= 0:
			return i
		}
		i++
	}
	return len(text)
}
