package serve

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A recording is made to be kept and handed on, so what lets people in must not
// be in it: logins, cookies, tokens and keys, wherever they stand. What is
// taken out leaves a word in its place, the same for all, so that a recording
// can still be answered from.

// redacted stands in the place of a secret.
const redacted = "REDACTED"

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

// isSecretName reports whether a name is one of a secret.
func isSecretName(name string) bool {
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

// redactHeader is a header's value without secrets. Of cookies the names stay,
// and of logins the scheme.
func redactHeader(name, value string) string {
	switch name = http.CanonicalHeaderKey(name); {
	case name == "Cookie":
		var kept []string
		for one := range strings.SplitSeq(value, ";") {
			cookie, _, _ := strings.Cut(strings.TrimSpace(one), "=")
			kept = append(kept, cookie+"="+redacted)
		}
		return strings.Join(kept, "; ")
	case name == "Set-Cookie":
		first, rest, _ := strings.Cut(value, ";")
		cookie, _, _ := strings.Cut(first, "=")
		if rest != "" {
			rest = ";" + rest
		}
		return cookie + "=" + redacted + rest
	case name == "Authorization" || name == "Proxy-Authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok && isToken(scheme) {
			return scheme + " " + redacted
		}
		return redacted
	case slices.Contains(secretHeaders, name) || isSecretName(name):
		return redacted
	}
	return redactText(value)
}

// redactURL is an address without secrets in its query, its fragment and before
// its host.
func redactURL(address string) string {
	before, query, ok := strings.Cut(address, "?")
	if scheme, rest, found := strings.Cut(before, "://"); found {
		host, path, _ := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			before = scheme + "://" + redacted + host[at:]
			if len(rest) > len(host) {
				before += "/" + path
			}
		}
	}
	before = redactText(before)
	if !ok {
		return before
	}
	return before + "?" + redactText(redactPairs(query))
}

// redactPairs is a query, or a form, without the values of secrets.
func redactPairs(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if isSecretName(plain) || slices.Contains(secretInQuery, strings.ToLower(plain)) {
			parts[i] = name + "=" + redacted
		}
	}
	return strings.Join(parts, "&")
}

// A look is what some secrets look like wherever they stand.
type look struct {
	is   *regexp.Regexp
	with string
}

// looks are those that can be told from all else.
var looks = sync.OnceValue(func() []look {
	return []look{
		{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), redacted},                                         // JSON Web Tokens (RFC 7519) begin with {"
		{regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/-]{8,}=*`), "${1}${2}" + redacted},                                     // RFC 6750, RFC 7617
		{regexp.MustCompile(`\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|rk_live_|AKIA|ASIA)[A-Za-z0-9_-]{12,}`), redacted}, // GitHub, GitLab, Slack, OpenAI, Stripe, AWS
		{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?`), redacted},                      // RFC 7468
		{regexp.MustCompile(`\b([a-z][a-z0-9+.-]*://)[^/\s:@"'<>]+:[^/\s@"'<>]+@`), "${1}" + redacted + "@"},                                // logins in addresses (RFC 3986, 3.2.1)
	}
})

// redactText is any text without what looks like a secret, and without the
// values of secrets in addresses that are in it.
func redactText(text string) string {
	for _, s := range looks() {
		if s.is.MatchString(text) {
			text = s.is.ReplaceAllString(text, s.with)
		}
	}
	return inAddress().ReplaceAllStringFunc(text, func(pair string) string {
		name, _, _ := strings.Cut(pair[1:], "=")
		if isSecretName(unescaped(name)) || slices.Contains(secretInQuery, strings.ToLower(name)) {
			return pair[:1] + name + "=" + redacted
		}
		return pair
	})
}

// inAddress is a part of a query, or of a fragment, in the middle of a text.
var inAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[?&#][A-Za-z0-9_.\[\]%-]{1,64}=[^&#\s"'<>\\]+`)
})

// redactBody is a body without secrets.
func redactBody(contentType string, body []byte) []byte {
	switch {
	case strings.Contains(contentType, "json"), contentType == "" && isJSON(body):
		body = redactJSON(body)
	case strings.HasPrefix(contentType, "application/x-www-form-urlencoded"):
		return []byte(redactPairs(string(body)))
	case strings.HasPrefix(contentType, "multipart/form-data"):
		body = []byte(redactParts(string(body)))
	}
	return []byte(redactText(string(body)))
}

// partOfForm is the head of a field of a form, and what stands in it (RFC 7578).
var partOfForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)(content-disposition:[^\r\n]*\bname="([^"]*)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)(.*?)(\r?\n--|$)`)
})

// redactParts is a form in parts without the values of secrets.
func redactParts(body string) string {
	return partOfForm().ReplaceAllStringFunc(body, func(part string) string {
		m := partOfForm().FindStringSubmatch(part)
		if !isSecretName(m[2]) {
			return part
		}
		return m[1] + redacted + m[4]
	})
}

// sortedNames are the names of headers in an order that stays.
func sortedNames(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }
