package redact

import (
	"net/url"
	"strings"

	"github.com/limenhq/limen/internal/coding"
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
	return before + "?" + Pairs(Text("?" + query)[1:])
}

// Pairs is a query, or a form, without the values of secrets, also those that are
// inside of others, as in an address to come back to or in a text of JSON.
func Pairs(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		if isSecretInQuery(name) {
			parts[i] = name + "=" + Word
			continue
		}
		plain := Unescaped(value)
		if clean := escaped(plain); clean != plain {
			parts[i] = name + "=" + url.QueryEscape(clean)
		}
	}
	return strings.Join(parts, "&")
}

// escaped is what was escaped in a query, without secrets.
func escaped(plain string) string {
	if coding.IsJSON("", []byte(plain)) {
		plain = string(JSON([]byte(plain)))
	}
	return Text(assigned(plain, anyQuote))
}

// Unescaped is a part of a query as it was meant; what cannot be read stays.
func Unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
