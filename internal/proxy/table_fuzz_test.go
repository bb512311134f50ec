package proxy

import (
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// FuzzFind compares the table with a matcher that is slow and plain: it tries
// each route by itself, and takes the one that says most.
func FuzzFind(f *testing.F) {
	f.Add("shop.localhost", "/api/v2", "tree=feature-x")
	f.Add("a.eu.shop.localhost:80", "/api/%2e./x", "")
	f.Add("PINS.localhost.", "/..", "tree=later")
	f.Add("127.0.0.1:443", "//a%2fb", "")
	f.Add("blog.localhost", "/only/../%6fnly/.", "")
	routes := routesOf(f, someRoutes...)
	var table Table
	table.set(routes)
	f.Fuzz(func(t *testing.T, host, sent, cookie string) {
		head := http.Header{"Cookie": {cookie}}
		got := table.lookup(host, sent, func(c *condition) bool { return c.isMetBy(head) })
		want := slowLookup(routes, host, sent, head)
		switch {
		case got == nil && want == nil:
		case got == nil || want == nil || got.Target != want.Target:
			t.Errorf("%q %q %q means %v, want %v", host, sent, cookie, got, want)
		case strays(sent, got) && isPlain(sent):
			t.Errorf("%q strays", sent)
		}
	})
}

func slowLookup(routes []Route, host, sent string, head http.Header) (best *Route) {
	name, ok := slowName(host)
	if !ok {
		return nil
	}
	var bestScore [3]int
	for i := range routes {
		r := &routes[i]
		routeName := strings.ToLower(strings.TrimSuffix(r.Name, "."))
		score := [3]int{}
		switch suffix, isWildcard := strings.CutPrefix(routeName, "*"); {
		case strings.Trim(suffix[strings.LastIndexByte(suffix, '.')+1:], "0123456789") == "":
			continue
		case isWildcard && len(name) > len(suffix) && strings.HasSuffix(name, suffix):
			score[0] = len(suffix)
		case !isWildcard && name == routeName:
			score[0] = 1000
		default:
			continue
		}
		of := strings.TrimRight(slowPath(r.Path), "/")
		if !strings.HasPrefix(slowPath(sent)+"/", of+"/") {
			continue
		}
		score[1] = len(of)
		if r.When != nil {
			if !slowMeets(*r.When, head) {
				continue
			}
			score[2] = 10
		}
		score[2] += int(r.Source)
		if best == nil || score[0] > bestScore[0] || score[0] == bestScore[0] && (score[1] > bestScore[1] || score[1] == bestScore[1] && score[2] > bestScore[2]) {
			best, bestScore = r, score
		}
	}
	return best
}

func slowName(host string) (string, bool) {
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		if strings.Trim(host[i+1:], "0123456789") != "" {
			return "", false
		}
		host = host[:i]
	}
	host = strings.TrimSuffix(host, ".")
	if _, err := netip.ParseAddr(host); err == nil || strings.ContainsAny(host, "[:@/") || len(host) > 253 || host == "" {
		return "", false
	}
	lower := []byte(host)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower), true
}

// slowPath is by the standard library what appendPlain does by itself.
func slowPath(sent string) string {
	if !strings.HasPrefix(sent, "/") {
		return ""
	}
	segments := strings.Split(sent[1:], "/")
	for i, s := range segments {
		var b strings.Builder
		for s != "" {
			if len(s) > 2 && s[0] == '%' {
				if c, err := url.PathUnescape(s[:3]); err == nil {
					if c == "/" || c == "%" {
						c = strings.ToUpper(s[:3])
					}
					b.WriteString(c)
					s = s[3:]
					continue
				}
			}
			b.WriteByte(s[0])
			s = s[1:]
		}
		segments[i] = b.String()
	}
	// path.Clean merges slashes, which are no dot segments: a sign stands in
	// for what is between two of them.
	for i, s := range segments[:len(segments)-1] {
		if s == "" {
			segments[i] = "\x00empty"
		}
	}
	joined := strings.Join(segments, "/")
	clean := path.Clean("/" + joined)
	if last := segments[len(segments)-1]; clean != "/" && (last == "" || last == "." || last == "..") {
		clean += "/"
	}
	return strings.ReplaceAll(clean, "\x00empty", "")
}

func slowMeets(c limen.Condition, head http.Header) bool {
	if c.In == limen.InHeader {
		return head.Get(c.Name) == c.Value
	}
	for _, line := range head["Cookie"] {
		for _, pair := range strings.Split(line, ";") {
			pair = strings.Trim(pair, " \t")
			if pair == c.Name+"="+c.Value || pair == c.Name+`="`+c.Value+`"` {
				return true
			}
		}
	}
	return false
}
