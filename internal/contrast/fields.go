package contrast

import (
	"net/textproto"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// fleeting are fields that differ whatever was asked. They are told, and marked.
var fleeting = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", // about the connection alone (RFC 9110, section 7.6.1)
	"Age", "Date", "Expires", "Last-Modified", // RFC 9110, 9111
	"Server-Timing", "X-Runtime", "X-Response-Time", "X-Process-Time", // how long it took
	"Request-Id", "X-Request-Id", "X-Correlation-Id", "X-Trace-Id", "X-Amzn-Trace-Id", "Traceparent", "Tracestate", "Cf-Ray", // which one it was
	"X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Ratelimit-Remaining", "Ratelimit-Reset", "Ratelimit",
}

// fieldPair are the fields of one message, as they were kept and as they may be
// shown.
type fieldPair struct{ kept, shown []limen.Field }

// fields compares two sets of fields, of which the order says nothing but that of
// several with one name (RFC 9110, section 5.3).
func (d *differences) fields(part string, before, after fieldPair) {
	kept := [2]map[string][]string{byName(before.kept), byName(after.kept)}
	shown := [2]map[string][]string{byName(before.shown), byName(after.shown)}
	for _, name := range namesOf(kept[0], kept[1]) {
		if slices.Equal(kept[0][name], kept[1][name]) {
			continue
		}
		one := limen.Difference{Part: part + name, Before: sayLines(shown[0][name]), After: sayLines(shown[1][name]), Fleeting: slices.Contains(fleeting, name)}
		if one.Before == one.After {
			one.Before, one.After = oneSecret, anotherSecret
		}
		d.put(one)
	}
}

// byName are the values of fields by their names in one form.
func byName(fields []limen.Field) map[string][]string {
	all := map[string][]string{}
	for _, f := range fields {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		all[name] = append(all[name], f.Value)
	}
	return all
}

// namesOf are the keys of both, sorted.
func namesOf[V any](a, b map[string]V) (names []string) {
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sayLines are the values of one field. One that is there and says nothing is
// told from one that is not there.
func sayLines(lines []string) string {
	if len(lines) == 1 && lines[0] == "" {
		return `""`
	}
	return strings.Join(lines, "\n")
}
