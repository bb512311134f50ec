package redact

import (
	"regexp"
	"strings"
	"sync"

	"github.com/limenhq/limen/internal/coding"
)

// Body is a body without secrets.
func Body(contentType string, body []byte) []byte {
	media := coding.Media(contentType)
	switch {
	case media == "text/event-stream", coding.IsJSON(media, body):
		body = JSON(body)
	case media == "application/x-www-form-urlencoded":
		body = []byte(Pairs(string(body)))
	case media == "multipart/form-data":
		body = []byte(parts(string(body)))
	case strings.HasSuffix(media, "xml"):
		body = []byte(elements(string(body)))
	}
	return []byte(Text(string(body)))
}

// partOfForm is the head of a field of a form, and what stands in it (RFC 7578).
var partOfForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)(content-disposition:[^\r\n]*\bname="([^"]*)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)(.*?)(\r?\n--|$)`)
})

// parts is a form in parts without the values of secrets.
func parts(body string) string {
	return partOfForm().ReplaceAllStringFunc(body, func(part string) string {
		m := partOfForm().FindStringSubmatch(part)
		if !IsSecret(m[2]) {
			return part
		}
		return m[1] + Word + m[4]
	})
}

// element is where an element of XML begins, and the text in it, as SOAP has
// logins.
var element = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<((?:[\w.-]{1,64}:)?([\w.-]{1,64})(?:\s[^<>]*[^/<>])?)>([^<]+)`)
})

func elements(body string) string {
	return element().ReplaceAllStringFunc(body, func(found string) string {
		m := element().FindStringSubmatch(found)
		if !IsSecret(m[2]) || strings.TrimSpace(m[3]) == "" {
			return found
		}
		return "<" + m[1] + ">" + Word
	})
}
