package cli

import (
	"strings"
	"testing"
)

func TestWhyAsksWhoIsInTheWayOnlyWhereSomebodyLooks(t *testing.T) {
	for _, tt := range []struct {
		line  string
		width int
		want  bool
	}{
		{"why 3000", 0, false},
		{"why 3000", 80, true},
		{"why 3000 --no-try", 80, false},
		{"why 3000 3001", 80, false},
		{"why 3000 --identify", 0, true},
		{"why 3000 --identify --no-try", 0, false},
	} {
		d := newDesk()
		d.width = tt.width
		d.run(t, strings.Fields(tt.line)...)
		if len(d.whys) == 0 || d.whys[0].Identify != tt.want {
			t.Errorf("limen %s, %d columns: asked %+v; want Identify %t", tt.line, tt.width, d.whys, tt.want)
		}
	}
}

func TestListTouchesNothingUnlessTold(t *testing.T) {
	for line, want := range map[string]bool{"list": false, "list --all --usage": false, "list --identify": true} {
		d := newDesk()
		d.width = 80
		d.run(t, strings.Fields(line)...)
		if len(d.listed) != 1 || d.listed[0].Identify != want {
			t.Errorf("limen %s: asked %+v; want Identify %t", line, d.listed, want)
		}
	}
}
