package serve

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A pattern is a path with places in it that stand for others, as rules for
// headers, redirects and mocks have it: /blog/:year/:name, /old/*.
type pattern struct {
	text  string
	head  string         // what each path that fits begins with
	match *regexp.Regexp // nil where the path itself is all that fits
	names []string       // of its places, in order; "splat" for the star
}

// A param is what stood at a place of a pattern.
type param struct{ name, value string }

// splat is the name of what stood at the star.
const splat = "splat"

// mostPattern is how long a pattern may be; nobody types a longer one, and to
// make an expression of it takes time and room.
const mostPattern = 1000

// place is what stands for other things in a pattern, and in what is made of it.
var place = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\*|:[A-Za-z][A-Za-z0-9_]*`) })

// What a pattern can be refused for.
var (
	errPatternSlash = errors.New("the path does not begin with a slash")
	errPatternStars = errors.New("the path has more than one star")
	errPatternLong  = fmt.Errorf("the path is longer than %d characters", mostPattern)
	errPatternQuery = errors.New("the path has a question mark: queries are no part of it")
)

// parsePattern reads a pattern.
func parsePattern(text string) (p pattern, err error) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return p, errPatternSlash
	case len(text) > mostPattern:
		return p, errPatternLong
	case strings.ContainsAny(text, "?#"):
		return p, errPatternQuery
	case strings.Count(text, "*") > 1:
		return p, errPatternStars
	}
	if len(text) > 1 {
		text = strings.TrimSuffix(text, "/") // one at the end of a path makes no difference
	}
	p.text, p.head = text, text
	places := place().FindAllStringIndex(text, -1)
	if len(places) == 0 {
		return p, nil
	}
	p.head = strings.TrimSuffix(text[:places[0][0]], "/")
	if p.match, p.names, err = compile(text, places); err != nil {
		return pattern{}, err
	}
	return p, nil
}

// compile makes an expression of a pattern with places in it. It is one that
// takes time by the length of a path and no more, whoever has written it (RE2).
func compile(text string, places [][]int) (*regexp.Regexp, []string, error) {
	var (
		b     strings.Builder
		names []string
		from  int
	)
	b.WriteString("^")
	for _, at := range places {
		before, name := text[from:at[0]], strings.TrimPrefix(text[at[0]:at[1]], ":")
		from = at[1]
		switch {
		case name != "*":
			b.WriteString(regexp.QuoteMeta(before) + "([^/]+)")
		case from == len(text) && strings.HasSuffix(before, "/"): // /blog/* is /blog, too
			name = splat
			b.WriteString(regexp.QuoteMeta(strings.TrimSuffix(before, "/")) + "(?:/(.*))?")
		default:
			name = splat
			b.WriteString(regexp.QuoteMeta(before) + "(.*)")
		}
		if slices.Contains(names, name) {
			return nil, nil, fmt.Errorf("the path has the place %s twice", name)
		}
		names = append(names, name)
	}
	b.WriteString(regexp.QuoteMeta(text[from:]) + "/?$")
	match, err := regexp.Compile(b.String())
	return match, names, err
}

// fits reports whether a path is one that the pattern stands for, and what
// stood at its places.
func (p pattern) fits(path string) ([]param, bool) {
	if p.match == nil {
		return nil, path == p.text || len(path) == len(p.text)+1 && path[len(p.text)] == '/' && strings.HasPrefix(path, p.text)
	}
	if !strings.HasPrefix(path, p.head) {
		return nil, false
	}
	found := p.match.FindStringSubmatch(path)
	if found == nil {
		return nil, false
	}
	params := make([]param, len(p.names))
	for i, name := range p.names {
		params[i] = param{name, found[i+1]}
	}
	return params, true
}

// has reports whether a name is one of the pattern's places.
func (p pattern) has(name string) bool { return slices.Contains(p.names, name) }

// expand puts what stood at the places of a pattern into a text that names
// them, each as :name.
func expand(text string, params []param, escape func(string) string) string {
	if len(params) == 0 {
		return text
	}
	return place().ReplaceAllStringFunc(text, func(at string) string {
		for _, p := range params {
			if at == ":"+p.name {
				return escape(p.value)
			}
		}
		return at
	})
}

// placesOf are the names of the places that a text names.
func placesOf(text string) (names []string) {
	for _, at := range place().FindAllString(text, -1) {
		if at != "*" {
			names = append(names, at[1:])
		}
	}
	return names
}
