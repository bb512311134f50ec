package naming

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the rules in docs/names.md anew")

const (
	reference = "../../docs/names.md"
	begin     = "<!-- what follows is written by go test ./internal/naming/ -run ListOfRules -update -->\n"
	end       = "<!-- up to here -->\n"
)

func TestTheListOfRulesIsFresh(t *testing.T) {
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, hasBegin := strings.Cut(string(page), begin)
	_, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		t.Fatalf("docs/names.md has no place for the rules; it is between the lines\n%s%s", begin, end)
	}
	want := before + begin + ruleList() + end + after
	if *update {
		if err := os.WriteFile(reference, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(page) != want {
		t.Error("the rules in docs/names.md are stale; write them with go test ./internal/naming/ -run ListOfRules -update")
	}
}

// ruleList is what both tables say, for people.
func ruleList() string {
	var b strings.Builder
	b.WriteString("\nA listener has no name if one of these is so. The first is told:\n\n")
	for i, r := range rules {
		fmt.Fprintf(&b, "%d. %s", i+1, r.why)
		if r.means != "" {
			fmt.Fprintf(&b, ": %s", r.means)
		}
		b.WriteString("\n")
	}
	b.WriteString("\nThe word of a program, by which several of one project are told apart, is the\nfirst of these that says something:\n\n")
	for i, s := range sources {
		fmt.Fprintf(&b, "%d. %s\n", i+1, s.doc)
	}
	b.WriteString("\n")
	return b.String()
}
