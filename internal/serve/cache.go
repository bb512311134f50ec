package serve

import (
	"fmt"
	"net/http"
	"path"
	"strings"
)

// Cache says how long browsers may keep what they got without asking again.
// The zero value is CacheCheck. It is text, as it is typed.
type Cache string

const (
	CacheCheck  Cache = "check"  // they ask each time, and are told when it is the same
	CacheNever  Cache = "never"  // they keep nothing, not even to compare
	CacheHashed Cache = "hashed" // a year for names with a hash in them, as bundlers make them; all others as with check
)

// A caching is a mode and the header that says it (RFC 9111, 5.2.2).
type caching struct {
	mode   Cache
	doc    string
	header []string
}

// cachings are all modes, the usual one first.
var cachings = []caching{
	{CacheCheck, "browsers ask each time whether a file is still the same", []string{"no-cache"}},
	{CacheNever, "browsers keep nothing", []string{"no-store"}},
	{CacheHashed, "a year where the name has a hash, such as app.3f9a1c20.js; all others as with check", []string{"no-cache"}},
}

// forever is what a file may be kept that never changes (RFC 8246).
var forever = []string{"public, max-age=31536000, immutable"}

// ParseCache reads the word of a mode. No word is the usual one.
func ParseCache(word string) (Cache, error) {
	var words []string
	for _, c := range cachings {
		if word == string(c.mode) || word == "" {
			return c.mode, nil
		}
		words = append(words, string(c.mode))
	}
	return "", fmt.Errorf("modes are %s", strings.Join(words, ", "))
}

// setCache says how long an answer may be kept.
func (s *Site) setCache(h http.Header, name string) {
	if s.config.Cache == CacheHashed && hasHash(name) {
		h["Cache-Control"] = forever
		return
	}
	for _, c := range cachings {
		if c.mode == s.config.Cache || s.config.Cache == "" {
			h["Cache-Control"] = c.header
			return
		}
	}
}

// hasHash reports whether a file's name has a hash of its content in it:
// app.3f9a1c20.js, index-BUH1s9_k.css. Bundlers write eight characters or more,
// hexadecimal or of base64 for URLs; a word of a language has no digit in it.
func hasHash(name string) bool {
	base := path.Base(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	at := strings.LastIndexAny(stem, ".-")
	if at < 1 {
		return false
	}
	last := stem[at+1:]
	return len(last) >= 8 && strings.ContainsAny(last, "0123456789") && strings.Trim(last, letters) == ""
}

// letters are those of base64 for URLs (RFC 4648, 5) that can stand between
// the hyphens of a name.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
