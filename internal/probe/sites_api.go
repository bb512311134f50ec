package probe

import (
	"encoding/json"
	"mime"
	"strings"
)

// Sites with an interface for programs are known by answers in a form of
// their own. What is asked for is what anybody may read, changes nothing, and
// is small.

// decode reads the JSON of r into v, and reports whether there was any.
func decode(r *Reply, v any) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return false
	}
	return json.Unmarshal(r.Body, v) == nil
}

// isVersion reports whether s is a version of at least two numbers: anything
// may say that it is "1" or "latest".
func isVersion(s string) bool { return versions.MatchString(s) }

var versions = newPattern(`^v?\d{1,6}(\.\d{1,8}){1,3}([-+~_.]?[0-9A-Za-z.+~_-]{0,40})?$`)

// leads reports whether r sends the reader on to one of places.
func leads(r *Reply, places ...string) bool {
	if r == nil || r.Status < 300 || r.Status > 399 {
		return false
	}
	to := r.Header.Get("Location")
	for _, p := range places {
		if strings.HasPrefix(to, p) {
			return true
		}
	}
	return false
}

// tokens are the words of a field that lists some, in lower case.
func tokens(r *Reply, field string) map[string]bool {
	found := map[string]bool{}
	for _, line := range r.Header.Values(field) {
		for word := range strings.SplitSeq(line, ",") {
			found[strings.ToLower(strings.TrimSpace(word))] = true
		}
	}
	return found
}

// productIn returns the version of a product in a field such as
// "CouchDB/3.3.2 (Erlang OTP/24)", and whether it stands there.
func productIn(field, product string) (version string, ok bool) {
	for word := range strings.FieldsSeq(field) {
		if name, version, _ := strings.Cut(word, "/"); name == product {
			return version, true
		}
	}
	return "", false
}
