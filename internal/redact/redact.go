// Package redact takes secrets out of what goes over HTTP, so that it can be kept
// and handed on: logins, cookies, tokens and keys, wherever they stand. What is
// taken out leaves a word in its place, the same for all, so that two of the same
// still are.
package redact

import (
	"net/textproto"
	"slices"
	"strings"
)

// Word stands in the place of a secret.
const Word = "REDACTED"

// secretHeaders are headers that hold nothing but secrets.
var secretHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Amz-Security-Token", "X-Forwarded-Client-Cert", "Sec-Websocket-Key", "Sec-Websocket-Accept"}

// Header is a header's value without secrets. Of cookies the names stay,
// and of logins the scheme.
func Header(name, value string) string {
	switch name = textproto.CanonicalMIMEHeaderKey(name); {
	case name == "Cookie":
		var kept []string
		for one := range strings.SplitSeq(value, ";") {
			kept = append(kept, cookie(strings.TrimSpace(one)))
		}
		return strings.Join(kept, "; ")
	case name == "Set-Cookie":
		first, rest, more := strings.Cut(value, ";")
		if more {
			rest = ";" + rest
		}
		return cookie(first) + rest
	case name == "Authorization" || name == "Proxy-Authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok && isToken(scheme) {
			return scheme + " " + Word
		}
		return Word
	case name == "Sec-Websocket-Protocol":
		return protocols(value)
	case slices.Contains(secretHeaders, name) || IsSecret(strings.TrimPrefix(name, "X-")):
		return Word
	}
	return Text(value)
}

// cookie is a cookie whose name stays. One without a name is all value
// (RFC 6265bis, section 5.6).
func cookie(pair string) string {
	name, _, ok := strings.Cut(pair, "=")
	if !ok {
		return Word
	}
	return name + "=" + Word
}

// longestProtocol is how long the name of a WebSocket's protocol may be before it
// is taken for a token: pages can send no other header, so some send it there.
const longestProtocol = 31

func protocols(value string) string {
	parts := strings.Split(value, ",")
	isNext := false // behind a word that says so
	for i, part := range parts {
		name := strings.TrimSpace(part)
		if isNext || len(name) > longestProtocol {
			parts[i] = part[:len(part)-len(strings.TrimLeft(part, " "))] + Word
		}
		isNext = !isNext && IsSecret(name)
	}
	return Text(strings.Join(parts, ","))
}

// isToken reports whether a text is a word of HTTP (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c))
	})
}
