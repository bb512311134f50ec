package project

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// A use is a package that a project says it is built with.
type use struct {
	by      family
	name    string
	version string // as it is written; empty unless it looks like one
	from    string // the file that says so
}

// String is evidence: "next ^15.0.1 in package.json".
func (u use) String() string {
	if u.version == "" {
		return u.name + " in " + u.from
	}
	return u.name + " " + u.version + " in " + u.from
}

// wanted returns those of the needs that a rule asks for: a manifest may
// declare a hundred thousand packages, and a Finder remembers it.
func wanted(by family, needs map[string]string, from string) (uses []use) {
	for _, r := range rules {
		if r.by != by {
			continue
		}
		for _, name := range slices.Concat(r.with, r.packages) {
			if version, ok := needs[name]; ok {
				uses = append(uses, use{by, name, versionIn(version), from})
			}
		}
	}
	slices.SortFunc(uses, func(a, b use) int { return cmp.Compare(a.name, b.name) })
	return slices.Compact(uses)
}

// firstUse returns the first of the uses that is of one of the names.
func firstUse(uses []use, by family, names []string) (use, bool) {
	i := slices.IndexFunc(uses, func(u use) bool { return u.by == by && slices.Contains(names, u.name) })
	if i < 0 {
		return use{}, false
	}
	return uses[i], true
}

// versionIn returns s if it is a version or a range of them, and nothing if
// it is another place to get the package from: a path, or a URL, which may
// hold a password.
func versionIn(s string) string {
	foreign := func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !strings.ContainsRune(versionSigns, r)
	}
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 40 || unicode.IsLetter(rune(s[0])) && s[0] != 'v' || strings.ContainsFunc(s, foreign) {
		return ""
	}
	return strings.Clone(s) // and not the whole manifest with it
}

// versionSigns are the characters, besides letters, of versions and ranges in
// npm, Composer, Cargo, RubyGems, Python and Mix.
const versionSigns = "0123456789.+-_*^~<>=!, |"
