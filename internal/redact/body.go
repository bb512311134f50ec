package redact

import (
	"strings"

	"github.com/limenhq/limen/internal/coding"
)

// Body is a body without secrets, as far as it is text.
func Body(contentType string, body []byte) []byte {
	clean, _ := hide(contentType, body)
	return clean
}

// hide returns a body without secrets, and reports whether it has something that is
// no text: in that, only some are found.
func hide(contentType string, body []byte) (clean []byte, isBlind bool) {
	media := coding.Media(contentType)
	switch {
	case strings.HasPrefix(media, "multipart/"):
		text, isBlind := parts(contentType, string(body))
		return []byte(text), isBlind
	case isBinary(body):
		return []byte(keys(string(body))), true
	}
	switch {
	case media == "text/event-stream", coding.IsJSON(media, body):
		body = []byte(assigned(string(JSON(body)), escapedOnly))
	case media == "application/x-www-form-urlencoded":
		body = []byte(Pairs(string(body)))
	case strings.HasSuffix(media, "html"):
		body = []byte(assigned(tags(string(body)), namedOnly))
	case strings.HasSuffix(media, "xml"):
		body = []byte(assigned(elements(string(body)), anyQuote))
	case isCode(media):
	case media == "" || coding.IsTextual(contentType):
		body = []byte(assigned(lines(elements(string(body))), anyQuote))
	}
	return []byte(Text(string(body))), false
}

// isCode reports whether a type is of programs, in which names stand for no values.
func isCode(media string) bool {
	return strings.HasSuffix(media, "script") || strings.HasSuffix(media, "css")
}
