package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// URL is an address without secrets in its query, its fragment and before
// its host.
func URL(address string) string {
	before, query, ok := strings.Cut(address, "?")
	if scheme, rest, found := strings.Cut(before, "://"); found {
		host, path, _ := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			before = scheme + "://" + Word + host[at:]
			if len(rest) > len(host) {
				before += "/" + path
			}
		}
	}
	before = Text(before)
	if !ok {
		return before
	}
	return before + "?" + Text(Pairs(query))
}

// Pairs is a query, or a form, without the values of secrets.
func Pairs(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if name, _, ok := strings.Cut(part, "="); ok && isSecretInQuery(name) {
			parts[i] = name + "=" + Word
		}
	}
	return strings.Join(parts, "&")
}

func isSecretInQuery(name string) bool {
	plain := Unescaped(name)
	return IsSecret(plain) || slices.Contains(secretInQuery, strings.ToLower(plain))
}

// inAddress is a part of a query, or of a fragment, in the middle of a text.
var inAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[?&#][A-Za-z0-9_.\[\]%-]{1,64}=[^&#\s"'<>\\]+`)
})

// withoutValue is such a part, without its value if that is a secret.
func withoutValue(pair string) string {
	name, _, _ := strings.Cut(pair[1:], "=")
	if isSecretInQuery(name) {
		return pair[:1] + name + "=" + Word
	}
	return pair
}

// Unescaped is a part of a query as it was meant; what cannot be read stays.
func Unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
