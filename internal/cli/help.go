package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

var help = command{
	name:     "help",
	args:     "[COMMAND]",
	short:    "how to use limen, or one of its commands",
	examples: []entry{{"limen help", "all commands"}, {"limen help why", "the same as limen why --help"}},
	complete: commandWords,
	run:      runHelp,
}

func runHelp(_ context.Context, env Env, c call) error {
	if len(c.args) == 0 {
		return write(env.Out, overview(c.all))
	}
	for _, name := range []string{strings.Join(c.args, " "), c.args[0]} {
		for _, k := range c.all {
			if k.name == name {
				return write(env.Out, k.help())
			}
		}
	}
	return unknownCommand(c.args[0], nil)
}

func commandWords(_ context.Context, _ Env, c call) (names []string) {
	for _, k := range c.all {
		if k.name == k.verb() { // a shell completes one word
			names = append(names, k.name)
		}
	}
	return names
}

func write(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

// helpWidth is how wide help is, whatever the terminal: it is read in pipes,
// issues and manuals, too.
const helpWidth = 80

// overview is the help of limen itself.
func overview(all []command) string {
	var b strings.Builder
	b.WriteString("limen says what holds the ports of this machine, and why a port cannot be had.\n")
	var rows []entry
	for _, c := range all {
		rows = append(rows, entry{c.name, c.short})
	}
	section(&b, "usage", []entry{
		{"limen", "what holds the ports of this machine, as limen list"},
		{"limen PORT", "whether the port can be had, as limen why PORT"},
		{"limen COMMAND [flags] ...", ""},
	})
	section(&b, "commands", rows)
	section(&b, "exit codes", exitEntries())
	b.WriteString("\nlimen COMMAND --help says more about a command.\n")
	return b.String()
}

// usage is how a command is typed, on one line.
func (c command) usage() string {
	words := []string{"limen", c.name}
	if len(c.flags) > 0 {
		words = append(words, "[flags]")
	}
	if c.args != "" {
		words = append(words, c.args)
	}
	return strings.Join(words, " ")
}

// help is everything there is to know about a command.
func (c command) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "limen %s: %s\n\nusage:\n  %s\n", c.name, c.short, c.usage())
	for paragraph := range strings.SplitSeq(c.long, "\n\n") {
		if paragraph != "" {
			b.WriteString("\n" + strings.Join(fold(paragraph, helpWidth), "\n") + "\n")
		}
	}
	section(&b, "examples", c.examples)
	section(&b, "flags", c.flagEntries())
	for _, l := range c.lists {
		section(&b, l.title, l.rows())
	}
	return b.String()
}

// flagEntries are the flags of a command, as help lists them.
func (c command) flagEntries() (all []entry) {
	for _, f := range c.flags {
		word := "    --" + f.name
		if f.short != "" {
			word = "-" + f.short + ", --" + f.name
		}
		if f.value != "" {
			word += " " + f.value
		}
		all = append(all, entry{word, f.doc})
	}
	return append(all, entry{"-h, --help", "this text"})
}

// section adds a table of words, each with what it means beside it.
func section(b *strings.Builder, title string, rows []entry) {
	if len(rows) == 0 {
		return
	}
	widest := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.word); n <= helpWidth/2 {
			widest = max(widest, n)
		}
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	indent := strings.Repeat(" ", 2+widest+2)
	for _, r := range rows {
		line := "  " + r.word
		if r.means != "" {
			lead := fmt.Sprintf("  %-*s  ", widest, r.word)
			if utf8.RuneCountInString(r.word) > widest { // too long to stand beside
				lead = line + "\n" + indent
			}
			line = lead + strings.Join(fold(r.means, helpWidth-len(indent)), "\n"+indent)
		}
		b.WriteString(line + "\n")
	}
}

// fold breaks text into lines.
func fold(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
