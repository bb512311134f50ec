package probe

import (
	"cmp"
	stdflag "flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

var update = stdflag.Bool("update", false, "write docs/probes.md anew")

const reference = "../../docs/probes.md"

func TestTheListOfProbesIsFresh(t *testing.T) {
	want := referencePage()
	if *update {
		if err := os.WriteFile(reference, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(reference); err != nil || string(got) != want {
		t.Errorf("docs/probes.md is stale (%v); write it with go test ./internal/probe/ -run ListOfProbes -update", err)
	}
}

// referencePage is docs/probes.md.
func referencePage() string {
	var page strings.Builder
	page.WriteString(`<!-- written by go test ./internal/probe/ -run ListOfProbes -update -->

# What limen recognises

` + "`limen list --identify`, `limen identify`" + ` and, on a terminal, ` + "`limen why`" + ` find out what
speaks at a port by speaking to it. The owner of the port decides what is asked
first, then the port; a server of which nothing is known is given a moment to
greet, and then asked in HTTP, which most answer or complain of. It meets one
connection at a time, for one second at most. Nothing is written there, and no
login is guessed.

A service is *proved* if it kept to its protocol in an exchange, *told* if only
its banner says so, and *guessed* if it said nothing and its owner is known.
What stands here under "never asked unless its command line says so" serves one
client at a time, or would take the first for the one it waits for.

## Protocols

| Protocol | Over | Usual ports | Known owners |
|---|---|---|---|
`)
	for _, p := range All {
		over := p.transport().String()
		if p.TLS {
			over += ", TLS"
		}
		owners := strings.Join(p.Programs, ", ")
		if p.onlyClaimed() {
			owners = "never asked unless its command line says so"
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", p.Name, over, portList(p.Ports), owners)
	}
	page.WriteString(`
Every protocol over TCP is also found inside TLS.

## On top of HTTP

| Product | Protocol | Usual ports | Asked besides / |
|---|---|---|---|
`)
	for _, s := range Sites {
		path := ""
		if s.Path != "" {
			path = "`" + cmp.Or(s.Method, "GET") + " " + s.Path + "`"
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", s.Name, cmp.Or(s.Protocol, "http"), portList(s.Ports), path)
	}
	return page.String()
}

func portList(ports []uint16) string {
	var all []string
	for _, p := range slices.Sorted(slices.Values(ports)) {
		all = append(all, fmt.Sprint(p))
	}
	return strings.Join(all, ", ")
}

func TestProbesCanBeTold(t *testing.T) {
	type key struct {
		name      string
		transport limen.Transport
	}
	seen := map[key]bool{}
	openings := 0
	for _, p := range All {
		if k := (key{p.Name, p.transport()}); seen[k] || p.Name == "" {
			t.Errorf("%q stands twice in All, or has no name", p.Name)
		} else {
			seen[k] = true
		}
		if p.Speak == nil {
			t.Errorf("%s cannot speak", p.Name)
		}
		if p.Opening != nil {
			openings++
		}
		for _, w := range p.Programs {
			if w != strings.ToLower(w) {
				t.Errorf("%s: the program %q is not in lower case, and is never found", p.Name, w)
			}
		}
	}
	if openings > 1 {
		t.Errorf("%d probes have an Opening; only one question can be the first", openings)
	}
	for _, s := range Sites {
		for _, w := range s.Programs {
			if w != strings.ToLower(w) {
				t.Errorf("%s: the program %q is not in lower case, and is never found", s.Name, w)
			}
		}
	}
}
