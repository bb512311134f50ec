package serve

import (
	"net/http"
	"strings"
	"time"
)

// precondition says what the conditions of a request come to, in the order of
// RFC 9110, 13.2.2: 0 to go on, 304 if the client has this version already,
// 412 if it wants another. If-Range is the business of ranges.
func (v version) precondition(r *http.Request) int {
	h := r.Header
	if match, ok := h["If-Match"]; ok {
		if !anyMatches(match, v.tag, strongly) {
			return http.StatusPreconditionFailed
		}
	} else if since, ok := dateIn(h, "If-Unmodified-Since"); ok && v.seconds().After(since) {
		return http.StatusPreconditionFailed
	}
	if match, ok := h["If-None-Match"]; ok {
		if anyMatches(match, v.tag, weakly) {
			return http.StatusNotModified // for GET and HEAD, and there are no others here
		}
	} else if since, ok := dateIn(h, "If-Modified-Since"); ok && !v.seconds().After(since) {
		return http.StatusNotModified
	}
	return 0
}

// allowsRange reports whether the ranges of a request are ranges of this
// version (RFC 9110, 13.1.5). A date only counts if the file was left alone
// for the second that it stands for.
func (v version) allowsRange(r *http.Request, now time.Time) bool {
	lines, ok := r.Header["If-Range"]
	if !ok {
		return true
	}
	if len(lines) != 1 {
		return false
	}
	if strings.HasPrefix(lines[0], `"`) || strings.HasPrefix(lines[0], "W/") {
		return strongly(lines[0], v.tag)
	}
	date, err := http.ParseTime(lines[0])
	return err == nil && date.Equal(v.seconds()) && now.Sub(v.modified) > time.Second
}

// seconds is when the file changed as headers can say it.
func (v version) seconds() time.Time { return v.modified.Truncate(time.Second) }

// dateIn reads a date of a header; one that is none counts as not there, as
// RFC 9110 has it in 13.1.3 and 13.1.4.
func dateIn(h http.Header, name string) (time.Time, bool) {
	lines := h[name]
	if len(lines) != 1 {
		return time.Time{}, false
	}
	t, err := http.ParseTime(lines[0])
	return t, err == nil
}

// strongly and weakly are the two ways to compare entity tags (RFC 9110,
// 8.8.3.2).
func strongly(a, b string) bool {
	return a == b && !strings.HasPrefix(a, "W/")
}

func weakly(a, b string) bool {
	return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/")
}

// anyMatches reports whether a list of entity tags, in one header line or in
// several, has one that is ours. A star stands for any.
func anyMatches(lines []string, tag string, same func(a, b string) bool) bool {
	for _, line := range lines {
		if strings.TrimSpace(line) == "*" {
			return true
		}
		for rest := line; rest != ""; {
			var one string
			one, rest = parseTag(rest)
			if one != "" && same(one, tag) {
				return true
			}
		}
	}
	return false
}

// parseTag reads the first entity tag of a list, and gives back what follows
// it. The tag is empty where there is none, and then nothing follows: what is
// no list of tags has no tag in it that one could trust.
func parseTag(list string) (tag, rest string) {
	list = strings.TrimLeft(list, " \t,")
	opening := 0
	if strings.HasPrefix(list, "W/") {
		opening = len("W/")
	}
	if len(list) <= opening || list[opening] != '"' {
		return "", ""
	}
	for i := opening + 1; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			rest = strings.TrimLeft(list[i+1:], " \t")
			if rest != "" && rest[0] != ',' {
				return "", ""
			}
			return list[:i+1], rest
		case c < 0x21 || c == 0x7f: // etagc has no space and no control
			return "", ""
		}
	}
	return "", ""
}
