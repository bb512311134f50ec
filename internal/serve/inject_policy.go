package serve

import (
	"net/http"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A need is something the snippet does that a page's policy can forbid: the
// directives that govern it, the most special first (CSP 3, 6.8.3).
type need struct {
	what       string
	directives []string
}

// needs are all of them.
var needs = []need{
	{"its script", []string{"script-src-elem", "script-src", "default-src"}},
	{"its connection", []string{"connect-src", "default-src"}},
}

// noticePolicy says once of each page that its own policy keeps it from
// reloading. A policy is a promise of the page, and not changed.
func (s *Site) noticePolicy(r *http.Request, h http.Header) {
	for _, line := range h["Content-Security-Policy"] {
		for policy := range strings.SplitSeq(line, ",") {
			directive, ok := forbids(policy, r)
			if ok && s.reloader.isFirst("policy "+r.URL.Path) {
				s.notice(limen.Notice{
					What: "the page " + bounded(r.URL.Path, mostText) + " does not reload by itself",
					Why:  "its Content-Security-Policy lets it load nothing from its own origin: " + directive,
					Next: "add 'self' to " + directive,
				})
			}
		}
	}
}

// forbids returns the directive of a policy that forbids what the snippet does.
func forbids(policy string, r *http.Request) (directive string, ok bool) {
	directives := parsePolicy(policy)
	for _, n := range needs {
		for _, name := range n.directives {
			sources, there := directives[name]
			if !there {
				continue
			}
			if !slices.ContainsFunc(sources, func(source string) bool { return coversOwn(source, r) }) ||
				n.what == needs[0].what && slices.Contains(sources, "'strict-dynamic'") {
				return name, true
			}
			break // what is more special counts alone
		}
	}
	return "", false
}

// parsePolicy reads the directives of one policy (CSP 3, 2.2.1). Of two with
// one name the first counts.
func parsePolicy(policy string) map[string][]string {
	directives := map[string][]string{}
	for one := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(strings.ToLower(one))
		if len(words) == 0 {
			continue
		}
		if _, ok := directives[words[0]]; !ok {
			directives[words[0]] = words[1:]
		}
	}
	return directives
}

// coversOwn reports whether a source stands for the origin of a request.
func coversOwn(source string, r *http.Request) bool {
	host := strings.ToLower(r.Host)
	name, _, _ := strings.Cut(host, ":")
	return slices.Contains([]string{
		"*", "'self'", schemeOf(r) + ":", host, schemeOf(r) + "://" + host, name + ":*", schemeOf(r) + "://" + name + ":*",
	}, source)
}
