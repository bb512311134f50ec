package redact

import (
	"regexp"
	"sync"
)

// A look is what some secrets look like wherever they stand.
type look struct {
	is   *regexp.Regexp
	with string
}

// looks are those that can be told from all else.
var looks = sync.OnceValue(func() []look {
	return []look{
		{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), Word},                                         // JSON Web Tokens (RFC 7519) begin with {"
		{regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/-]{8,}=*`), "${1}${2}" + Word},                                     // RFC 6750, RFC 7617
		{regexp.MustCompile(`\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|rk_live_|AKIA|ASIA)[A-Za-z0-9_-]{12,}`), Word}, // GitHub, GitLab, Slack, OpenAI, Stripe, AWS
		{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?`), Word},                      // RFC 7468
		{regexp.MustCompile(`\b([a-z][a-z0-9+.-]*://)[^/\s:@"'<>]+:[^/\s@"'<>]+@`), "${1}" + Word + "@"},                                // logins in addresses (RFC 3986, 3.2.1)
	}
})

// Text is any text without what looks like a secret, and without the
// values of secrets in addresses that are in it.
func Text(text string) string {
	for _, s := range looks() {
		if s.is.MatchString(text) {
			text = s.is.ReplaceAllString(text, s.with)
		}
	}
	return inAddress().ReplaceAllStringFunc(text, withoutValue)
}
