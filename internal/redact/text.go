package redact

import (
	"regexp"
	"strings"
	"sync"
)

// A look is what some secrets look like wherever they stand.
type look struct {
	signs []string // of which one is there, in either case; to look for them takes a tenth of the time
	is    *regexp.Regexp
	with  string
}

// looks are those that can be told from all else.
var looks = sync.OnceValue(func() []look {
	return []look{
		{[]string{"eyJ"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), Word},                 // JSON Web Tokens (RFC 7519) begin with {"
		{[]string{"bearer", "basic"}, regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/-]{8,}=*`), "${1}${2}" + Word}, // RFC 6750, RFC 7617
		{keySigns, regexp.MustCompile(`\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|rk_live_|AKIA|ASIA)[A-Za-z0-9_-]{12,}`), Word},
		{[]string{"-----BEGIN"}, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?`), Word}, // RFC 7468
		{[]string{"://"}, regexp.MustCompile(`\b([a-z][a-z0-9+.-]*://)[^/\s:@"'<>]+:[^/\s@"'<>]+@`), "${1}" + Word + "@"},                  // logins in addresses (RFC 3986, 3.2.1)
	}
})

// keySigns are how keys of GitHub, GitLab, Slack, OpenAI, Stripe and AWS begin.
var keySigns = []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk-", "sk_live_", "rk_live_", "AKIA", "ASIA"}

// Text is any text without what looks like a secret, and without the
// values of secrets in addresses that are in it.
func Text(text string) string {
	return withoutValues(keys(text))
}

// holds reports whether a text has a sign in it, in either case.
func holds(text, sign string) bool {
	for i := 0; i+len(sign) <= len(text); i++ {
		if text[i]|0x20 == sign[0]|0x20 && strings.EqualFold(text[i:i+len(sign)], sign) {
			return true
		}
	}
	return false
}
