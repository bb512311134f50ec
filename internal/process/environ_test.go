package process

import (
	"maps"
	"strings"
	"testing"
)

func TestPickVariables(t *testing.T) {
	keys := []string{"PORT", "EMPTY", ""}
	for _, test := range []struct {
		in   string
		cut  bool
		want map[string]string
	}{
		{"", false, map[string]string{}},
		{"PORT=1\x00SECRET=2\x00PORTAL=3\x00", false, map[string]string{"PORT": "1"}},
		{"PORT=1\x00PORT=2\x00", false, map[string]string{"PORT": "1"}},
		{"EMPTY=\x00PORT\x00XPORT=1\x00", false, map[string]string{"EMPTY": ""}},
		{"\x00\x00PORT=a=b", false, map[string]string{"PORT": "a=b"}},
		{"PORT=30", true, map[string]string{}}, // it may have been 3000
		{"a title that was written over the environment", false, map[string]string{}},
	} {
		if got := pickVariables([]byte(test.in), test.cut, keys); !maps.Equal(got, test.want) {
			t.Errorf("%q: %q; want %q", test.in, got, test.want)
		}
	}
}

func FuzzPickVariables(f *testing.F) {
	f.Add([]byte("PORT=1\x00SECRET=2\x00"), true)
	f.Fuzz(func(t *testing.T, b []byte, cut bool) {
		for key, value := range pickVariables(b, cut, []string{"PORT"}) {
			if key != "PORT" || !strings.Contains(string(b), "PORT="+value) {
				t.Errorf("%q: %q is %q", b, key, value)
			}
		}
	})
}
