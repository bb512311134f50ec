package proxy

import (
	"net/http"
	"net/textproto"
	"strings"

	"github.com/limenhq/limen"
)

// A condition is what a request must carry for a route to be meant, with the
// name of the field that would have it, as net/http writes that.
type condition struct {
	limen.Condition

	field string
}

func newCondition(c *limen.Condition) *condition {
	switch {
	case c == nil:
		return nil
	case c.In == limen.InCookie:
		return &condition{*c, "Cookie"}
	}
	return &condition{*c, textproto.CanonicalMIMEHeaderKey(c.Name)}
}

// isMetBy reports whether a head carries it.
func (c *condition) isMetBy(h http.Header) bool {
	for _, line := range h[c.field] {
		if c.isIn(line) {
			return true
		}
	}
	return false
}

// isIn reports whether one value of the field carries it.
func (c *condition) isIn(line string) bool {
	if c.In != limen.InCookie {
		return strings.Trim(line, " \t") == c.Value
	}
	for line != "" {
		var pair string
		pair, line, _ = strings.Cut(line, ";")
		name, value, ok := strings.Cut(strings.Trim(pair, " \t"), "=")
		if ok && name == c.Name && unquoted(value) == c.Value {
			return true
		}
	}
	return false
}

// unquoted takes off the quotes that the value of a cookie may have (RFC 6265,
// section 4.1.1).
func unquoted(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
