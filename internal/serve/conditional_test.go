package serve

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestConditionsAreWeighedInTheOrderOfTheRFC(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 5e8, time.UTC)
	v := version{`"v1"`, at}
	const before, same, after = "Sun, 01 Nov 2026 11:59:59 GMT", "Sun, 01 Nov 2026 12:00:00 GMT", "Sun, 01 Nov 2026 12:00:01 GMT"
	for _, c := range []struct {
		headers string // name: value, separated by bars
		want    int
	}{
		{"", 0},
		{`If-None-Match: "v1"`, 304}, {`If-None-Match: W/"v1"`, 304}, {`If-None-Match: "v2"`, 0}, {`If-None-Match: *`, 304}, {`If-None-Match: "v2", "v1"`, 304}, {`If-None-Match: v1`, 0},
		{`If-Match: "v1"`, 0}, {`If-Match: W/"v1"`, 412}, {`If-Match: "v2"`, 412}, {`If-Match: *`, 0},
		{"If-Modified-Since: " + before, 0}, {"If-Modified-Since: " + same, 304}, {"If-Modified-Since: " + after, 304}, {"If-Modified-Since: never", 0},
		{"If-Unmodified-Since: " + before, 412}, {"If-Unmodified-Since: " + same, 0}, {"If-Unmodified-Since: never", 0},
		{`If-None-Match: "v2"|If-Modified-Since: ` + after, 0}, {`If-Match: "v1"|If-Unmodified-Since: ` + before, 0}, {`If-Match: "v2"|If-None-Match: "v1"`, 412},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for line := range strings.SplitSeq(c.headers, "|") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				r.Header.Add(name, value)
			}
		}
		if got := v.precondition(r); got != c.want {
			t.Errorf("%s: %d, want %d", c.headers, got, c.want)
		}
	}
}

func TestARangeOfADateCountsOnlyOnceItsSecondIsOver(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("If-Range", at.Format(http.TimeFormat))
	v := version{`"v1"`, at}
	if v.allowsRange(r, at.Add(500*time.Millisecond)) {
		t.Error("a file that may change within the same second is taken for the same")
	}
	if !v.allowsRange(r, at.Add(2*time.Second)) {
		t.Error("a file that was left alone is not taken for the same")
	}
}

func FuzzParseTag(f *testing.F) {
	for _, s := range []string{`"a"`, `W/"a", "b"`, `*`, `"a" "b"`, `,,"a"`, `"`, `W/`, "\"a\x00\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, list string) {
		for rest, steps := list, 0; rest != ""; steps++ {
			if steps > len(list) {
				t.Fatalf("reading %q never ends", list)
			}
			var tag string
			tag, rest = parseTag(rest)
			if tag != "" && (!strings.Contains(list, tag) || !strings.HasSuffix(tag, `"`)) {
				t.Fatalf("%q has no tag %q in it", list, tag)
			}
		}
		// What is ours only matches where it stands.
		if anyMatches([]string{list}, `"ours"`, strongly) && !strings.Contains(list, `"ours"`) && strings.TrimSpace(list) != "*" {
			t.Fatalf("%q matches", list)
		}
	})
}
