package process

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSplitCommand(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
		cut  bool
	}{
		{"", nil, false},
		{"\x00\x00", nil, false},
		{"sleep\x005\x00", []string{"sleep", "5"}, false},
		{"a\x00\x00b\x00", []string{"a", "", "b"}, false},
		{"\x00b\x00", []string{"", "b"}, false},
		{"nginx: master process", []string{"nginx: master process"}, false},
		{"postgres: checkpointer\x00\x00\x00\x00", []string{"postgres: checkpointer"}, false},
		{strings.Repeat("x", 32), []string{strings.Repeat("x", 32)}, false},
		{strings.Repeat("x", 33), []string{strings.Repeat("x", 32)}, true},
		{strings.Repeat("x", 31) + "é", []string{strings.Repeat("x", 31)}, true},
		{strings.Repeat("\xff", 33), []string{strings.Repeat("\xff", 32)}, true},
	} {
		if got, cut := splitCommand([]byte(test.in), 32); !slices.Equal(got, test.want) || cut != test.cut {
			t.Errorf("%q: %q, cut %v; want %q, %v", test.in, got, cut, test.want, test.cut)
		}
	}
}

func FuzzSplitCommand(f *testing.F) {
	f.Add([]byte("node\x00server.js\x00"))
	f.Add([]byte("nginx: master process\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		args, cut := splitCommand(b, 32)
		all := strings.Join(args, "\x00")
		if len(all) > 32 || cut != (len(b) > 32) || !strings.HasPrefix(string(b), all) {
			t.Errorf("%q: %q, cut %v", b, args, cut)
		}
		if utf8.Valid(b) && !utf8.ValidString(all) {
			t.Errorf("%q: half a character at the end of %q", b, all)
		}
	})
}
