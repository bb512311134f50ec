package view

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// news is what a watch of the machine tells.
func news() (all []limen.News) {
	all = []limen.News{{Gaps: machine().Gaps}}
	for i, l := range machine().Listeners {
		change := []limen.Change{limen.Opened, limen.Closed, limen.OwnerChanged}[i%3]
		all = append(all, limen.News{Event: &limen.Event{Time: noon.Add(time.Duration(i) * time.Second), Change: change, Listener: l}})
	}
	return append(all, limen.News{Gaps: []limen.Gap{{What: "3 openings and closings", Why: "they came too fast"}}})
}

// streamed writes news in a format, and returns both of its streams.
func streamed(t *testing.T, f Format, o Options, all []limen.News) (out, errs string) {
	t.Helper()
	var a, b bytes.Buffer
	s := Stream{Out: &a, Err: &b, Format: f, Options: o}
	for _, n := range all {
		if err := s.Write(n); err != nil {
			t.Fatal(err)
		}
	}
	return a.String(), b.String()
}

func TestNewsIsWrittenInEveryFormat(t *testing.T) {
	for _, f := range Formats {
		out, errs := streamed(t, f, Options{}, news())
		checkGolden(t, "news/pipe."+f.Name, out)
		if both := out + errs; strings.Count(both, "openings and closings") != 1 {
			t.Errorf("%s does not tell its gap once:\n%s", f.Name, both)
		}
	}
	zone := time.FixedZone("east", 3600)
	out, _ := streamed(t, Table, Options{Width: 80, Color: true, Home: "/home/nick", Zone: zone}, news())
	checkGolden(t, "news/terminal-80.txt", out)
}

func TestNewsOfForgersIsHarmless(t *testing.T) {
	var all []limen.News
	for _, l := range forgeries().Listeners {
		all = append(all, limen.News{Event: &limen.Event{Time: noon, Change: limen.Opened, Listener: l}})
	}
	all = append(all, limen.News{Gaps: forgeries().Gaps})
	for _, f := range Formats {
		out, errs := streamed(t, f, Options{}, all)
		for l := range strings.Lines(out + errs) {
			l = strings.ReplaceAll(strings.TrimSuffix(l, "\n"), "\t", " ") // TSV's own
			if strings.ContainsFunc(l, func(r rune) bool { return !isShown(r) }) {
				t.Errorf("%s writes %q", f.Name, l)
			}
		}
	}
}

func TestNothingIsWrittenBeforeAnythingHappens(t *testing.T) {
	out, errs := streamed(t, Table, Options{}, []limen.News{{}})
	if out+errs != "" {
		t.Errorf("wrote %q and %q", out, errs)
	}
	if out, _ := streamed(t, CSV, Options{}, []limen.News{{}}); strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "time,change,") {
		t.Errorf("a table without rows is %q", out)
	}
}
