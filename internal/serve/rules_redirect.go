package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A redirection is a line of _redirects, in the form of Netlify and Cloudflare
// Pages: FROM TO [STATUS[!]].
type redirection struct {
	line   int
	from   pattern
	to     string // a path, or a whole address
	status int
	forced bool // also where a file is
}

// redirectStatuses are what a line can end in.
var redirectStatuses = []int{301, 302, 303, 307, 308, 200, 404}

// mostRules is how many lines of a file are used; Cloudflare takes 2100.
const mostRules = 5000

// parseRedirects reads _redirects. Lines with a mistake are left out.
func parseRedirects(file, text string) (all []redirection, wrong []mistake) {
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(withoutComment(line))
		if len(words) == 0 {
			continue
		}
		if len(all) == mostRules {
			return all, append(wrong, mistake{file, i + 1, fmt.Sprintf("only %d rules are used", mostRules), "let one rule with a star do the work of many"})
		}
		r, m := parseRedirect(words)
		if m.why != "" {
			m.file, m.line = file, i+1
			wrong = append(wrong, m)
			continue
		}
		r.line = i + 1
		all = append(all, r)
	}
	return all, wrong
}

// withoutComment is a line up to its comment. Inside a word, as in an
// address, # is no comment.
func withoutComment(line string) string {
	line = strings.TrimSuffix(line, "\r")
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return ""
	}
	if at := strings.Index(line, " #"); at >= 0 {
		return line[:at]
	}
	return line
}

// parseRedirect reads the words of a line.
func parseRedirect(words []string) (r redirection, wrong mistake) {
	const form = "write it as /old/* /new/:splat 301"
	if len(words) < 2 {
		return r, mistake{why: fmt.Sprintf("%q leads nowhere", words[0]), next: form}
	}
	for _, w := range words[1:] {
		if name, _, ok := strings.Cut(w, "="); ok && !strings.ContainsAny(name, "/:") {
			return r, mistake{why: fmt.Sprintf("%q is a condition, and limen has none: it knows no query, country or role", w), next: form}
		}
	}
	r.to, r.status = words[1], http.StatusMovedPermanently
	if len(words) > 3 {
		return r, mistake{why: fmt.Sprintf("%q is one word too many", words[3]), next: form}
	}
	if len(words) == 3 {
		word, forced := strings.CutSuffix(words[2], "!")
		status, err := strconv.Atoi(word)
		if err != nil || !slices.Contains(redirectStatuses, status) {
			return r, mistake{why: fmt.Sprintf("%q is no status of a redirect", words[2]), next: "use one of " + listOf(redirectStatuses) + ", with ! behind it if it is for files, too"}
		}
		r.status, r.forced = status, forced
	}
	var err error
	if r.from, err = parsePattern(words[0]); err != nil {
		return r, mistake{why: fmt.Sprintf("%q cannot be asked for: %v", words[0], err), next: form}
	}
	return r, r.checkTarget()
}

func listOf(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ", ")
}

// checkTarget says what is wrong with where a line leads.
func (r redirection) checkTarget() mistake {
	host, rest := split(r.to)
	for _, name := range placesOf(rest) {
		if !r.from.has(name) {
			return mistake{why: fmt.Sprintf("%q has the place :%s, and %q has not", r.to, name, r.from.text), next: "name a place of the path, or :splat for its star"}
		}
	}
	if strings.HasPrefix(r.to, "/") && !strings.HasPrefix(r.to, "//") {
		return mistake{}
	}
	u, err := url.Parse(r.to)
	switch {
	case place().MatchString(host):
		// Whoever makes a link would say where it leads.
		return mistake{why: fmt.Sprintf("%q lets the request choose the host", r.to), next: "write the host out"}
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return mistake{why: fmt.Sprintf("%q is neither a path nor an http:// or https:// address", r.to), next: "begin it with a slash"}
	case r.status < 300 || r.status > 399:
		return mistake{why: fmt.Sprintf("%d answers with a file of this folder, and %q is elsewhere", r.status, r.to), next: "limen serve --proxy " + r.from.head + "=" + u.Scheme + "://" + u.Host + "/"}
	}
	return mistake{}
}

// split takes an address apart: its host with its port, and what comes behind.
// A path has no host.
func split(to string) (host, rest string) {
	_, behind, ok := strings.Cut(to, "://")
	if !ok {
		return "", to
	}
	if at := strings.IndexAny(behind, "/?#"); at >= 0 {
		return behind[:at], behind[at:]
	}
	return behind, ""
}

// target is where a redirection leads, by what stood at its places.
func (r redirection) target(params []param) string {
	to := expand(r.to, params, escapePath)
	if strings.HasPrefix(to, "/") {
		return atRoot(to)
	}
	return to
}

// escapePath is a text as it stands in the path of an address.
func escapePath(s string) string { return (&url.URL{Path: "/" + s}).EscapedPath()[1:] }

// isSelf reports whether a target is the path that it is for: then there is
// nothing to do.
func isSelf(target, asked string) bool {
	u, err := url.Parse(target)
	return err == nil && u.Host == "" && path.Clean(u.Path) == path.Clean(asked)
}
