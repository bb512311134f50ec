package view

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestSourcesAreToldInEveryFormat(t *testing.T) {
	s := limen.Sources{Machine: "shop", Time: noon, Sources: []limen.Source{
		{Task: limen.TaskSockets, Name: "netlink", Use: limen.SourceServed},
		{Task: limen.TaskSockets, Name: "procfs", Use: limen.SourceSpare},
		{Task: limen.TaskHolders, Name: "bpf", Use: limen.SourceRefused, Why: "a system said \x1b[2J", Next: "=run as root"},
		{Task: limen.TaskHolders, Name: "procfs", Use: limen.SourceServed},
		{Task: limen.TaskChanges, Name: "events", Use: limen.SourcePartly, Why: "TCP alone"},
	}}
	for _, f := range Formats {
		var b strings.Builder
		if err := Sources(&b, s, f, Options{}); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		checkGolden(t, "sources/"+f.Name, b.String())
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s lets foreign bytes through: %q", f.Name, b.String())
		}
	}
}
