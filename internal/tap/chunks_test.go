package tap

import (
	"strings"
	"testing"
)

func unchunked(parts ...string) (data, trailer string, isDone, ok bool) {
	var c chunks
	var b strings.Builder
	for _, p := range parts {
		if !c.take([]byte(p), func(d []byte) { b.Write(d) }) {
			return b.String(), "", false, false
		}
	}
	return b.String(), string(c.trailer), c.isDone, true
}

func TestChunksAreTakenApart(t *testing.T) {
	for _, row := range []struct {
		in, data, trailer string
		isDone, ok        bool
	}{
		{"5\r\nhello\r\n0\r\n\r\n", "hello", "", true, true},
		{"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\nX-B: 2\r\n\r\n", "hello world", "X-Sum: 1\r\nX-B: 2\r\n", true, true},
		{"A\r\n0123456789\r\n000\r\n\r\nbehind it", "0123456789", "", true, true},
		{"5\r\nhel", "hel", "", false, true},
		{"5\r\nhello\r\n", "hello", "", false, true},
		{"0x5\r\nhello\r\n", "", "", false, false},
		{"\r\n", "", "", false, false},
		{"fffffffffffffffff\r\n", "", "", false, false},
	} {
		for _, parts := range [][]string{{row.in}, strings.Split(row.in, "")} {
			data, trailer, isDone, ok := unchunked(parts...)
			if data != row.data || isDone != row.isDone || ok != row.ok || ok && trailer != row.trailer {
				t.Errorf("%q: %q, %q, %v, %v", row.in, data, trailer, isDone, ok)
			}
		}
	}
}

func FuzzChunks(f *testing.F) {
	f.Add("5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", 4)
	f.Fuzz(func(t *testing.T, s string, at int) {
		at = max(0, min(at, len(s)))
		data, trailer, isDone, ok := unchunked(s)
		data2, trailer2, isDone2, ok2 := unchunked(s[:at], s[at:])
		if len(s) < trailerMost && (data != data2 || trailer != trailer2 || isDone != isDone2 || ok != ok2) {
			t.Errorf("%q %q, and in parts %q %q", data, trailer, data2, trailer2)
		}
	})
}
