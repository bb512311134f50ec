package coding

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// texts are types that are for reading, beside those whose name says so.
var texts = []string{
	"application/json", "application/javascript", "application/ecmascript", "application/xml", "application/x-www-form-urlencoded",
	"application/x-ndjson", "application/jsonl", "application/graphql", "application/toml", "application/yaml", "application/x-yaml",
	"application/manifest+json", "application/x-sh", "application/sql", "multipart/form-data", "message/http",
}

// Media is a type of contents without what follows it, in lower case: text/html.
func Media(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// IsTextual reports whether bodies of a type are for reading.
func IsTextual(contentType string) bool {
	media := Media(contentType)
	return strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "+json") || strings.HasSuffix(media, "+xml") || slices.Contains(texts, media)
}

// IsText reports whether a body is for reading. Its type may lie, or be absent.
func IsText(contentType string, body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	if IsTextual(contentType) {
		return true
	}
	for _, c := range body {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' || c == 0x7f {
			return false
		}
	}
	return true
}

// IsJSON reports whether a body is JSON by its beginning. Pages send it as
// text/plain where they do not say what it is.
func IsJSON(contentType string, body []byte) bool {
	if strings.Contains(Media(contentType), "json") {
		return true
	}
	text := strings.TrimLeft(string(body[:min(len(body), 64)]), " \t\r\n")
	return text != "" && (text[0] == '{' || text[0] == '[')
}
