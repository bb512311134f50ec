package view

import (
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// ports returns the first column of a table without its header.
func ports(table string) (all []string) {
	for i, l := range strings.Split(strings.TrimSpace(table), "\n") {
		if i > 0 {
			all = append(all, strings.Fields(l)[0])
		}
	}
	return all
}

func TestEveryColumnSortsBothWays(t *testing.T) {
	s := machine()
	s.Connections = []limen.Connection{{
		Local: limen.MustParseEndpoint("tcp/127.0.0.1:40000"), Peer: limen.MustParseEndpoint("tcp/127.0.0.1:3000").Addr,
		State: limen.Established, Owners: []limen.Owner{sole(process(9, "curl", 5))},
	}}
	for _, c := range Columns {
		o := Options{Columns: []string{"port", c.Name}, Sort: c.Name}
		up := ports(write1(t, s, Table, o))
		o.Sort = "-" + c.Name
		down := ports(write1(t, s, Table, o))
		if len(up) != 11 || len(down) != 11 {
			t.Errorf("sorted by %s there are %d and %d rows, want 11", c.Name, len(up), len(down))
		}
		slices.Sort(up)
		slices.Sort(down)
		if !slices.Equal(up, down) {
			t.Errorf("sorting by %s changed what is listed: %v and %v", c.Name, up, down)
		}
	}
}

func TestSortingPutsWhatIsEmptyLast(t *testing.T) {
	for by, want := range map[string][2]string{
		"port":     {"22", "9000"},
		"-port":    {"9000", "22"},
		"project":  {"5173", "9000"},
		"-project": {"3000", "9000"},
		"reach":    {"53/udp", "80"},
		"-reach":   {"22", "9000"},
		"pid":      {"9000", "546/udp"},
		"-pid":     {"5173", "546/udp"},
		"up":       {"9000", "546/udp"},
		"started":  {"5432", "546/udp"},
	} {
		got := ports(write1(t, machine(), Table, Options{Sort: by}))
		if got[0] != want[0] || got[len(got)-1] != want[1] {
			t.Errorf("sorted by %s: first %s, last %s, want %v", by, got[0], got[len(got)-1], want)
		}
	}
}

func TestAnUnknownColumnIsRefusedWithTheKnownOnes(t *testing.T) {
	for _, o := range []Options{{Columns: []string{"port", "nope"}}, {Sort: "nope"}, {Sort: "-nope"}, {Group: "nope"}, {Group: "owner"}} {
		var b strings.Builder
		err := Snapshot(&b, machine(), Table, o)
		if err == nil || !strings.Contains(err.Error(), "project") || b.Len() > 0 {
			t.Errorf("%+v: %v, and wrote %q", o, err, b.String())
		}
	}
	if _, err := ParseFormat("xml"); err == nil || !strings.Contains(err.Error(), "ndjson") {
		t.Errorf("ParseFormat(xml): %v", err)
	}
}

func TestColumnsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Columns {
		if seen[c.Name] || c.Title != strings.ToUpper(c.Name) || c.Doc == "" || c.show == nil {
			t.Errorf("column %q is told twice, or half", c.Name)
		}
		seen[c.Name] = true
	}
	for _, usual := range [][]string{onTerminal, onPipe, inData} {
		if _, err := findColumns(nil, usual); err != nil {
			t.Error(err)
		}
	}
}
