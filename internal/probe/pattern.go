package probe

import (
	"regexp"
	"sync"
)

// A pattern is a regular expression that is compiled when it is used for the
// first time: there are a hundred, and most runs of limen need none.
type pattern struct {
	text string

	once sync.Once // guards the making of re
	re   *regexp.Regexp
}

// newPattern returns the pattern of a regular expression, which a test has
// compiled.
func newPattern(text string) *pattern { return &pattern{text: text} }

func (p *pattern) compiled() *regexp.Regexp {
	p.once.Do(func() { p.re = regexp.MustCompile(p.text) })
	return p.re
}

// MatchString reports whether text has a match.
func (p *pattern) MatchString(text string) bool { return p.compiled().MatchString(text) }

// Match reports whether text has a match.
func (p *pattern) Match(text []byte) bool { return p.compiled().Match(text) }

// FindString returns the first match; empty if there is none.
func (p *pattern) FindString(text string) string { return p.compiled().FindString(text) }

// FindStringSubmatch returns the first match and its groups; nil if there is
// none.
func (p *pattern) FindStringSubmatch(text string) []string {
	return p.compiled().FindStringSubmatch(text)
}

// FindSubmatch is FindStringSubmatch for bytes.
func (p *pattern) FindSubmatch(text []byte) [][]byte { return p.compiled().FindSubmatch(text) }

// FindAllStringSubmatch returns the first n matches with their groups, all if n
// is negative.
func (p *pattern) FindAllStringSubmatch(text string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(text, n)
}

// ReplaceAll returns text with each match replaced.
func (p *pattern) ReplaceAll(text, by []byte) []byte { return p.compiled().ReplaceAll(text, by) }
