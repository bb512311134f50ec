package hint

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/hints.md anew")

const reference = "../../docs/hints.md"

func TestTheListOfHintsIsFresh(t *testing.T) {
	want := referencePage()
	if *update {
		if err := os.WriteFile(reference, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(reference); err != nil || string(got) != want {
		t.Errorf("docs/hints.md is stale (%v); write it with go test ./internal/hint/ -run ListOfHints -update", err)
	}
}

// referencePage is docs/hints.md.
func referencePage() string {
	var page strings.Builder
	page.WriteString(`<!-- written by go test ./internal/hint/ -run ListOfHints -update -->

# How programs are told their port

limen gives a program that it starts ` + "`PORT` and `HOST`" + `, and to those below what they
need besides. These are only hints: which port a program opens is found out by
watching it. So nothing is inserted where anything is unclear, as in a script of
several commands; and where a command names a port itself, that one is taken.

A host is inserted only for programs that would listen at every address. In the
table it is 127.0.0.1, and the port 4000. A row is *started* if that release of
the program was given the hint and listened there, *asked* if its own help or code
says so, and *documented* if nobody has tried that, and only its documentation
says so.

| Program | Its commands | Gets | Evidence | Proof |
|---|---|---|---|---|
`)
	for _, r := range Rows() {
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s |\n", r.Name, inCode(r.forms()), inCode(r.gets()), r.Evidence, r.Proof)
	}
	page.WriteString(`
It is found behind these, which start another program: ` + inCode(wrapperNames()) + `;
and in the scripts of a package.json behind ` + inCode(runnerNames()) + `.
`)
	return page.String()
}

// forms returns what a row's program is started with.
func (r Row) forms() (all []string) {
	if len(r.Programs) == 0 {
		return nil
	}
	if len(r.Needs) > 0 {
		return []string{r.Programs[0] + " " + r.Needs[0]}
	}
	if len(r.Commands) == 0 {
		return r.Programs
	}
	for _, c := range r.Commands {
		all = append(all, strings.TrimSpace(r.Programs[0]+" "+c))
	}
	return all
}

// gets returns what a row's program is given besides the common variables.
func (r Row) gets() (all []string) {
	example := target{4000, Loopback}
	if words := example.words(r, saying{}); len(words) > 0 {
		all = append(all, strings.Join(words, " "))
	}
	for _, v := range r.Variables {
		all = append(all, example.fill(v))
	}
	return all
}

func wrapperNames() (all []string) {
	for _, w := range wrappers {
		all = append(all, strings.TrimSpace(w.program+" "+w.command))
	}
	return all
}

func runnerNames() (all []string) {
	for _, r := range runners {
		all = append(all, r.program)
	}
	return all
}

func inCode(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return "`" + strings.Join(all, "`, `") + "`"
}

func TestRowsCanBeTrusted(t *testing.T) {
	for _, r := range Rows() {
		if r.Name == "" || r.Evidence == "" {
			t.Errorf("%q has no name or no evidence: %q", r.Name, r.Evidence)
		}
		if strings.Contains(r.Evidence, "://") || strings.Contains(r.Name+r.Evidence, "|") {
			t.Errorf("%s: the evidence is a title, not a link, and has no bar: %q", r.Name, r.Evidence)
		}
		if slices.Contains(r.Commands, "") != (len(r.Idle) > 0) {
			t.Errorf("%s: the empty command needs the words that are not meant, and only that does", r.Name)
		}
		for _, v := range r.Variables {
			if name, pattern, ok := strings.Cut(v, "="); !ok || name == "" || !strings.HasSuffix(pattern, "{port}") && pattern != "{host}" {
				t.Errorf("%s: %q is no variable", r.Name, v)
			}
		}
		// What is inserted must be known to the row as what a person would
		// write; else a command with it in it would be given it twice.
		if words := (target{4000, Loopback}).words(r, saying{}); len(r.Insert) > 0 {
			l := line{words: slices.Concat([]string{"program"}, words), row: r, after: 1}
			if s := l.says(nil); s.port != 4000 {
				t.Errorf("%s: does not know its own %q", r.Name, words)
			}
			if len(r.InsertHost) > 0 && !l.says(nil).host {
				t.Errorf("%s: does not know its own host in %q", r.Name, words)
			}
		}
	}
}
