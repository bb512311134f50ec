package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The manual is written here and not in the program: who installs limen gets
// the pages, and they need not be made on every machine.
const docs = "../../docs"

func TestTheManualIsFresh(t *testing.T) {
	pages := map[string]string{"limen.1": manual("limen", "what holds the ports of this machine, and why a port cannot be had", overviewPage)}
	for _, c := range commands {
		pages["limen-"+fileOf(c.name)+".1"] = manual("limen-"+fileOf(c.name), c.short, c.page)
	}
	for name, text := range pages {
		checkGolden(t, filepath.Join(docs, "man", name), text)
	}
	checkGolden(t, filepath.Join(docs, "commands.md"), reference())

	there, err := os.ReadDir(filepath.Join(docs, "man"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		if pages[f.Name()] == "" {
			t.Errorf("docs/man/%s is the page of no command; delete it", f.Name())
		}
	}
}

// fileOf is a command's name where a space has no place.
func fileOf(name string) string { return strings.ReplaceAll(name, " ", "-") }

// A roff writes a page in the macros of man(7).
type roff struct{ strings.Builder }

// quote keeps roff from taking text for requests: a backslash is its escape,
// a hyphen would be typeset as one, and a dot or quote at the beginning of a
// line begins a request.
func quote(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func (r *roff) section(title string) { fmt.Fprintf(r, ".SH %s\n", strings.ToUpper(title)) }

func (r *roff) text(s string) { fmt.Fprintf(r, ".PP\n%s\n", quote(s)) }

func (r *roff) entries(rows []entry) {
	for _, e := range rows {
		fmt.Fprintf(r, ".TP\n\\fB%s\\fR\n%s\n", quote(strings.TrimSpace(e.word)), cmp.Or(quote(e.means), `\&`))
	}
}

func manual(name, short string, body func(*roff)) string {
	var r roff
	fmt.Fprintf(&r, ".\\\" written by go test ./internal/cli/ -update\n.TH %s 1 \"\" limen \"limen manual\"\n", strings.ToUpper(quote(name)))
	r.section("name")
	fmt.Fprintf(&r, "%s \\- %s\n", quote(name), quote(short))
	body(&r)
	r.section("see also")
	var others []string
	for _, c := range commands {
		if "limen-"+fileOf(c.name) != name {
			others = append(others, fmt.Sprintf("\\fB%s\\fR(1)", quote("limen-"+fileOf(c.name))))
		}
	}
	if name != "limen" {
		others = append([]string{`\fBlimen\fR(1)`}, others...)
	}
	fmt.Fprintf(&r, "%s\n", strings.Join(others, ", "))
	return r.String()
}

func overviewPage(r *roff) {
	r.section("synopsis")
	for i, line := range []string{"limen", "limen PORT", "limen COMMAND [flags] ..."} {
		if i > 0 {
			r.WriteString(".br\n")
		}
		fmt.Fprintf(r, "\\fB%s\\fR\n", quote(line))
	}
	r.section("description")
	r.text("Without a command, limen lists what holds the ports of this machine; with a port alone, it says whether the port can be had.")
	r.section("commands")
	var rows []entry
	for _, c := range commands {
		rows = append(rows, entry{c.name, c.short})
	}
	r.entries(rows)
	r.section("exit status")
	r.entries(exitEntries())
	r.section("environment")
	r.entries(environment)
}

// environment are the variables that limen reads.
var environment = []entry{
	{"NO_COLOR", "if it is not empty, no colours"},
	{"TERM", "if it is empty or dumb, no colours"},
	{"WT_SESSION", "on Windows, a terminal that shows colours"},
	{"HOME, USERPROFILE", "the directory to show as ~ on a terminal"},
	{"VISUAL, EDITOR", "the program in which limen tap replay --edit changes a request"},
	{"XDG_CACHE_HOME, LocalAppData", "the directory where limen ports update keeps a list; on Unix ~/.cache unless given"},
	{"HTTPS_PROXY, NO_PROXY", "the proxy that limen ports update goes through, and where it does not"},
}

func (c command) page(r *roff) {
	r.section("synopsis")
	fmt.Fprintf(r, "\\fB%s\\fR\n", quote(c.usage()))
	if c.long != "" {
		r.section("description")
		for p := range strings.SplitSeq(c.long, "\n\n") {
			r.text(p)
		}
	}
	r.section("options")
	r.entries(c.flagEntries())
	for _, l := range c.lists {
		r.section(l.title)
		r.entries(l.rows())
	}
	if len(c.examples) > 0 {
		r.section("examples")
		r.entries(c.examples)
	}
}

// reference is docs/commands.md.
func reference() string {
	var b strings.Builder
	b.WriteString("# Commands\n\nThis page is written by `go test ./internal/cli/ -update` from the same tables as\n" +
		"`limen help`. What holds for all of them stands in [cli.md](cli.md).\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "\n## limen %s\n\n%s.\n\n```\n%s\n```\n", c.name, strings.ToUpper(c.short[:1])+c.short[1:], c.usage())
		if c.long != "" {
			b.WriteString("\n" + c.long + "\n")
		}
		if len(c.examples) > 0 {
			b.WriteString("\n```\n" + strings.TrimLeft(tableOf(c.examples), "\n") + "```\n")
		}
		markdown(&b, "flag", c.flagEntries())
		for _, l := range c.lists {
			markdown(&b, strings.TrimSuffix(l.title, "s"), l.rows())
		}
	}
	b.WriteString("\n## Exit codes\n")
	markdown(&b, "code", exitEntries())
	return b.String()
}

func tableOf(rows []entry) string {
	var b strings.Builder
	section(&b, "", rows)
	lines := strings.SplitAfter(b.String(), "\n")[2:] // without the title
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "  ")
	}
	return strings.Join(lines, "")
}

func markdown(b *strings.Builder, title string, rows []entry) {
	fmt.Fprintf(b, "\n| %s | |\n|---|---|\n", title)
	for _, e := range rows {
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.TrimSpace(e.word), strings.ReplaceAll(e.means, "|", `\|`))
	}
}

func TestTheConstitutionNamesEveryExitCodeFormatAndVariable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(docs, "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exitEntries() {
		if !strings.Contains(string(text), fmt.Sprintf("| %s | ", e.word)) {
			t.Errorf("docs/cli.md says nothing of exit code %s", e.word)
		}
	}
	words := slices.Concat(formatNames(), []string{"NO_COLOR", "TERM", "WT_SESSION", "HOME", "USERPROFILE", "VISUAL", "EDITOR"})
	for _, w := range words {
		if !strings.Contains(string(text), "`"+w+"`") {
			t.Errorf("docs/cli.md says nothing of `%s`", w)
		}
	}
}
