package view

import (
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func write1(t *testing.T, s limen.Snapshot, f Format, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Snapshot(&b, s, f, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTablesLookAsTheyShould(t *testing.T) {
	for name, o := range map[string]Options{
		"table-pipe":    {},
		"table-200":     {Width: 200, Home: "/home/nick"},
		"table-80":      {Width: 80, Home: "/home/nick"},
		"table-40":      {Width: 40, Home: "/home/nick"},
		"table-20":      {Width: 20},
		"table-colour":  {Width: 120, Color: true},
		"table-usage":   {Width: 120, Columns: []string{"port", "cpu", "memory", "owner"}, Sort: "-memory"},
		"table-command": {Width: 80, Home: "/home/nick", Columns: []string{"port", "command", "directory", "framework", "socket", "backlog"}},
		"table-group":   {Width: 100, Group: "project"},
		"table-reach":   {Group: "reach", Sort: "owner", Columns: []string{"port", "owner"}},
	} {
		shown := machine()
		if strings.Contains(name, "usage") {
			shown.Listeners[0].Owners[0].Process.Usage = &limen.Usage{CPU: time.Minute, Share: 0.125, Memory: 150 << 20}
		}
		t.Run(name, func(t *testing.T) { checkGolden(t, name+".txt", write1(t, shown, Table, o)) })
	}
	checkGolden(t, "table-forgeries.txt", write1(t, forgeries(), Table, Options{}))
	checkGolden(t, "list.csv", write1(t, machine(), CSV, Options{}))
	checkGolden(t, "forgeries.csv", write1(t, forgeries(), CSV, Options{Columns: []string{"port", "user", "owner", "command"}}))
	checkGolden(t, "list.tsv", write1(t, machine(), TSV, Options{Columns: []string{"endpoint", "owner"}}))
	checkGolden(t, "list.ndjson", write1(t, machine(), NDJSON, Options{}))
}
