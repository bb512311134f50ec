package tap

import (
	"fmt"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func eventsIn(keeps bool, parts ...string) (said []string) {
	e := &events{keeps: keeps, tell: func(kind limen.FrameKind, body []byte, size int64) {
		if !keeps {
			body = nil
		}
		said = append(said, fmt.Sprintf("%d %q", size, body))
	}}
	for _, p := range parts {
		e.take([]byte(p))
	}
	return said
}

func TestEventsAreReadAsHTMLSays(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"one", "data: a\n\n", `7 "data: a"`},
		{"two", "data: a\n\ndata\n\n", `7 "data: a"|4 "data"`},
		{"of several lines", "event: x\nid: 7\ndata: a\ndata: b\n\n", `30 "event: x\nid: 7\ndata: a\ndata: b"`},
		{"with other ends of lines", "data: a\r\ndata: b\r\r\n", `15 "data: a\ndata: b"`},
		{"comments and words without data", ": alive\n\nretry: 1\n\ndatabase: 1\n\n", ""},
		{"one that has not come whole", "data: a\n", ""},
		{"empty lines between", "\n\n\ndata:\n\n\n\n", `5 "data:"`},
	} {
		for _, parts := range [][]string{{row.text}, strings.Split(row.text, "")} {
			if got := strings.Join(eventsIn(true, parts...), "|"); got != row.want {
				t.Errorf("%s: %s", row.name, got)
			}
		}
		all, counted := eventsIn(true, row.text), eventsIn(false, row.text)
		if len(all) != len(counted) {
			t.Errorf("%s: %q, and counted alone %q", row.name, all, counted)
		}
	}
}

func TestALongEventIsKeptToItsLimit(t *testing.T) {
	line := "data: " + strings.Repeat("x", 2*bodyMost)
	if got := eventsIn(true, line, "\n\n", "data: b\n\n"); len(got) != 2 || len(got[0]) > bodyMost+20 || !strings.HasPrefix(got[0], fmt.Sprint(len(line))) || got[1] != `7 "data: b"` {
		t.Errorf("%.50q", got)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("event: x\r\ndata: a\r\rdata\n\n", 9)
	f.Fuzz(func(t *testing.T, s string, at int) {
		at = max(0, min(at, len(s)))
		whole, parts, counted := eventsIn(true, s), eventsIn(true, s[:at], s[at:]), eventsIn(false, s)
		if strings.Join(whole, "|") != strings.Join(parts, "|") || len(counted) != len(whole) {
			t.Errorf("%q, in parts %q, counted %q", whole, parts, counted)
		}
	})
}
