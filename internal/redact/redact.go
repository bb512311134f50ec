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

// secretWords are what the names of secrets end in, in lower case and without
// what stands between their words: accessToken, access-token and access_token
// are one.
var secretWords = []string{
	"token", "secret", "password", "passwd", "passphrase", "apikey", "accesskey", "privatekey", "secretkey", "authkey",
	"authorization", "credential", "credentials", "signature", "sessionid", "jwt", "otp", "csrf", "xsrf", "cookie",
}

// secretNames are names that are secret only as a whole: author is no auth.
var secretNames = []string{
	"auth", "key", "pwd", "pass", "pin", "sid", "sig", "session", "pat", "bearer", "assertion", "samlresponse", "clientsecret", "nonce", "refresh", "access",
}

// secretInQuery are names that are secret in an address, and ordinary elsewhere:
// code is what a login comes back with (RFC 6749, 4.1.2), and what errors have.
var secretInQuery = []string{"code", "state", "ticket", "h", "hmac"}

// secretHeaders are headers that hold nothing but secrets.
var secretHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Amz-Security-Token", "X-Forwarded-Client-Cert", "Sec-Websocket-Key", "Sec-Websocket-Accept"}

// IsSecret reports whether a name is one of a secret.
func IsSecret(name string) bool {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			b.WriteRune(c)
		}
	}
	bare := b.String()
	return slices.Contains(secretNames, bare) ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.HasSuffix(bare, word) })
}

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
	for i, part := range parts {
		if len(strings.TrimSpace(part)) > longestProtocol {
			parts[i] = part[:len(part)-len(strings.TrimLeft(part, " "))] + Word
		}
	}
	return Text(strings.Join(parts, ","))
}

// isToken reports whether a text is a word of HTTP (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c))
	})
}
