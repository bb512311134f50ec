package wait

import (
	"slices"
	"strings"
	"testing"
)

func TestPathsAreReadWithOrWithoutTheirFirstDot(t *testing.T) {
	for path, want := range map[string][]step{
		"status":       {{field: "status"}},
		".status":      {{field: "status"}},
		".a.b[10].c-d": {{field: "a"}, {field: "b"}, {element: 10}, {field: "c-d"}},
		"[0][1]":       {{element: 0}, {element: 1}},
	} {
		if got, err := ParsePath(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is %+v, %v; want %+v", path, got, err, want)
		}
	}
	for _, path := range []string{"", ".", "a..b", "a.", "[", "[]", "[x]", "[-1]", "[0", "a]b[", "[99999999999]"} {
		if got, err := ParsePath(path); err == nil && path != "a]b[" || err == nil && len(got) == 0 {
			t.Errorf("%q is read as %+v", path, got)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	f.Add(".checks[0].state", `{"checks":[{"state":"ok"}]}`)
	f.Add("[0]", `[null]`)
	f.Fuzz(func(t *testing.T, path, body string) {
		steps, err := ParsePath(path)
		if err == nil && (len(steps) == 0 || len(steps) > len(path)) {
			t.Errorf("%q has %d steps", path, len(steps))
		}
		if value, err := valueAt([]byte(body), path); err == nil && value == "" && !strings.Contains(body, `""`) {
			t.Errorf("%q of %q is nothing", path, body)
		}
	})
}
