package journal

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func FuzzParseRecord(f *testing.F) {
	f.Add("2026-11-21T11:03:17.123456789Z out text", []byte("x"))
	f.Add("2026-11-21T11:03:17.123456789Z ERR ", []byte("two\nlines"))
	f.Fuzz(func(t *testing.T, record string, text []byte) {
		if l, err := parseRecord("web", []byte(record)); err == nil {
			if again := new(scribe).appendRecord(nil, l); string(again) != record+"\n" {
				t.Errorf("%q became %q", record, again)
			}
		}
		want := limen.LogLine{Time: at(len(text)), App: "web", Stream: limen.StdErr, Text: string(text)}
		b := new(scribe).appendRecord(nil, want)
		want.Text = strings.ReplaceAll(want.Text, "\n", " ")
		want.Level = LevelOf([]byte(want.Text))
		if got, err := parseRecord("web", b[:len(b)-1]); err != nil || got != want {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	})
}

func FuzzParseHead(f *testing.F) {
	f.Add("# limen keeps lines here, from number 42 on", int64(42))
	f.Fuzz(func(t *testing.T, head string, n int64) {
		if first, err := parseHead([]byte(head)); err == nil && first < 0 {
			t.Errorf("%q begins with %d", head, first)
		}
		b := appendHead(nil, n)
		if len(b) > headMost+1 {
			t.Errorf("%q is too long", b)
		}
		if got, err := parseHead(b[:len(b)-1]); n >= 0 && (err != nil || got != n) {
			t.Errorf("%d became %d, %v", n, got, err)
		}
	})
}
