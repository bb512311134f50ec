package view

import (
	"strings"
	"testing"
	"time"
)

func TestTheCommonMachineFitsIts80Columns(t *testing.T) {
	s := machine()
	s.Listeners = s.Listeners[:1]
	for i, l := range strings.Split(write1(t, s, Table, Options{Width: 80}), "\n") {
		if widthOf(l) > 80 {
			t.Errorf("line %d takes %d columns: %s", i, widthOf(l), l)
		}
	}
}

func TestOnlyWordsAreCutAndOnlyOnATerminal(t *testing.T) {
	s := machine()
	long := strings.Repeat("long", 100)
	p := &s.Listeners[0].Owners[0].Process
	p.Name, p.Project.Name = long, long
	if out := write1(t, s, Table, Options{}); strings.Count(out, long) != 2 || strings.Contains(out, "…") {
		t.Errorf("to a pipe something was cut:\n%s", out)
	}
	for width := 30; width < 250; width++ {
		out := write1(t, s, Table, Options{Width: width})
		for l := range strings.Lines(out) {
			if n := widthOf(strings.TrimSuffix(l, "\n")); n > width && n > len("9000     ::ffff:127.0.0.1 (v4)") {
				t.Errorf("at width %d a line takes %d columns: %s", width, n, l)
			}
		}
		for _, whole := range []string{"::ffff:127.0.0.1 (v4)", "fe80::1%eth0", "172.17.0.1", "(4242)", "546/udp"} {
			if !strings.Contains(out, whole) {
				t.Errorf("at width %d %s was cut:\n%s", width, whole, out)
			}
		}
	}
}

func TestCutKeepsBothEndsAndFits(t *testing.T) {
	for _, c := range []struct {
		text string
		room int
		want string
	}{
		{"nginx (812)", 11, "nginx (812)"},
		{"a very long name (812)", 16, "a very lon…(812)"},
		{"日本語サーバー (88)", 12, "日本語サ…88)"},
		{"e\u0301e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
	} {
		got := cut(c.text, c.room)
		if got != c.want || widthOf(got) > c.room {
			t.Errorf("cut(%q, %d) is %q, want %q", c.text, c.room, got, c.want)
		}
	}
}

func TestWidthCountsWhatATerminalDraws(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "é": 1, "ｆ": 2, "🙂": 2, "한": 2, "…": 1} {
		if got := widthOf(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

func TestSpansAndSizesAreShort(t *testing.T) {
	for want, n := range map[string]int{"0s": -5, "42s": 42, "119s": 119, "2m": 120, "119m": 7199, "2h": 7200, "47h": 47*3600 + 5, "2d": 48 * 3600, "2y": 3 * 365 * 86400 * 9 / 10} {
		if got := span(time.Duration(n) * time.Second); got != want {
			t.Errorf("%d seconds are %q, want %q", n, got, want)
		}
	}
	for want, n := range map[string]uint64{"0 B": 0, "1023 B": 1023, "1 KiB": 1024, "1.5 MiB": 3 << 19, "150 MiB": 150 << 20, "16 EiB": 1<<64 - 1} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}

func TestHomeIsOnlyATildeWhereItIsOne(t *testing.T) {
	for dir, want := range map[string]string{"/home/nick": "~", "/home/nick/src": "~/src", "/home/nickel": "/home/nickel", "/srv": "/srv", "": ""} {
		if got := short(dir, "/home/nick/"); got != want {
			t.Errorf("%s is shown as %s, want %s", dir, got, want)
		}
	}
	for _, home := range []string{"", "/"} {
		if got := short("/srv", home); got != "/srv" {
			t.Errorf("at home in %q, /srv is shown as %s", home, got)
		}
	}
}
