package redact

import (
	"mime"
	"regexp"
	"strings"
	"sync"

	"github.com/limenhq/limen/internal/coding"
)

// partName is the name of a field of a form, with quotes or without (RFC 7578,
// section 4.2; .NET leaves them out).
var partName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)content-disposition:[^\r\n]*[;\s]name\s*=\s*(?:"([^"\r\n]*)"|([^";\s]+))`)
})

// parts is a body in parts without secrets: the values of fields of such a name, and
// what is in others (RFC 2046, section 5.1). It reports whether one of them is no text.
func parts(contentType, body string) (clean string, isBlind bool) {
	between := "--"
	if _, said, err := mime.ParseMediaType(contentType); err == nil {
		between += said["boundary"]
	}
	all := strings.Split(body, between)
	for i, part := range all {
		at, n := strings.Index(part, "\r\n\r\n"), 4
		if short := strings.Index(part, "\n\n"); at < 0 || short >= 0 && short < at {
			at, n = short, 2
		}
		if at < 0 {
			all[i] = Text(part)
			continue
		}
		head, content := part[:at+n], part[at+n:]
		plain := strings.TrimRight(content, "\r\n")
		m := partName().FindStringSubmatch(head)
		switch {
		case m != nil && IsSecret(m[1]+m[2]):
			plain = Word
		case isBinary([]byte(plain)):
			plain, isBlind = keys(plain), true
		case coding.IsJSON("", []byte(plain)):
			plain = Text(assigned(string(JSON([]byte(plain))), escapedOnly))
		default:
			plain = Text(elements(plain))
		}
		all[i] = Text(lines(head)) + plain + content[len(strings.TrimRight(content, "\r\n")):]
	}
	return strings.Join(all, between), isBlind
}
