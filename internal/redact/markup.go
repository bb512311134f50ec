package redact

import (
	"regexp"
	"strings"
	"sync"
)

// element is where an element of XML begins, and the text in it, as SOAP has
// logins.
var element = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<((?:[\w.-]{1,64}:)?([\w.-]{1,64})(?:\s[^<>]*[^/<>])?)>(\s*<!\[CDATA\[(?s:.*?)(?:\]\]>|$)|[^<]+)`)
})

func elements(body string) string {
	if !strings.Contains(body, "<") {
		return body
	}
	return element().ReplaceAllStringFunc(body, func(found string) string {
		m := element().FindStringSubmatch(found)
		if !IsSecret(m[2]) || strings.TrimSpace(m[3]) == "" {
			return found
		}
		return "<" + m[1] + ">" + Word
	})
}

// tag is one of HTML in which a name stands beside its value: that of a field of a
// form, and what frameworks tell their scripts.
var tag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)<(?:input|meta)\s[^<>]*>`) })

// attribute is one of a tag.
var attribute = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(\s(name|id|property|type|value|content)\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)`)
})

func tags(body string) string {
	return tag().ReplaceAllStringFunc(body, func(found string) string {
		isSecret := false
		for _, m := range attribute().FindAllStringSubmatch(found, -1) {
			isSecret = isSecret || !isValue(m[2]) && IsSecret(strings.Trim(m[3], `"'`))
		}
		if !isSecret {
			return found
		}
		return attribute().ReplaceAllStringFunc(found, func(one string) string {
			if m := attribute().FindStringSubmatch(one); isValue(m[2]) && strings.Trim(m[3], `"'`) != "" {
				return m[1] + `"` + Word + `"`
			}
			return one
		})
	})
}

func isValue(name string) bool {
	return strings.EqualFold(name, "value") || strings.EqualFold(name, "content")
}
