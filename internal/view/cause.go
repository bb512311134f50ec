package view

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// details adds what is known of one cause below the sentence that says it.
func (p prose) details(c limen.Cause) {
	p.owners(c.Owners)
	if c.Service != nil {
		p.item("speaks", serviceInWords(*c.Service))
	}
	// Who the owners are is evidence enough for people; JSON has the rest.
	if len(c.Owners) == 0 || !c.Blocks {
		for _, e := range c.Evidence {
			p.item("seen", evidence(e))
		}
	}
	if c.Next != "" && c.Next != p.verdict.Next {
		p.item("next", c.Next)
	}
}

func evidence(e limen.Evidence) string {
	if e.From == "" {
		return e.What
	}
	return fmt.Sprintf("%s (%s)", e.What, e.From)
}

// owners adds each leading owner. Beyond a few, one knows enough.
func (p prose) owners(all []limen.Owner) {
	const most = 3
	lead := leads(all)
	workers := workersOf(lead, all)
	for i, o := range lead {
		if len(lead) > most && i == most-1 {
			p.item("owner", fmt.Sprintf("and %d more", len(lead)-i))
			return
		}
		p.owner(o, workers[i])
	}
}

// owner adds who an owner is, what it belongs to and why it runs.
func (p prose) owner(o limen.Owner, workers int) {
	proc := o.Process
	if p.told[proc.ProcessID] {
		p.item("owner", fmt.Sprintf("%s, pid %d, as above", limen.Unmistakable(proc.Name), proc.PID))
		return
	}
	p.told[proc.ProcessID] = true
	p.item("owner", p.identity(o)+strings.ReplaceAll(crew(workers), " +", ", "))
	if c := oneLine(proc.Command); c != "" && c != proc.Name {
		p.item("command", c)
	}
	if proc.Project != nil {
		p.item("project", p.project(proc))
	} else {
		if proc.Directory != "" {
			p.item("in", p.dir(proc.Directory))
		}
		if f := proc.Framework; f != nil {
			p.item("with", framework(*f))
		}
	}
	for _, k := range keepersOf(o) {
		p.item("within", keeperInWords(k))
	}
	if len(proc.Ancestors) > 0 {
		p.item("started", chain(proc))
	}
}

// identity says who an owner is, as in "node server.js, pid 4242, user nick,
// up 2h".
func (p prose) identity(o limen.Owner) string {
	proc := o.Process
	words := []string{limen.Unmistakable(proc.Name), fmt.Sprintf("pid %d", proc.PID)}
	if o.Proof == limen.Candidate {
		words[0] = "probably " + words[0]
	}
	if proc.User != nil {
		words = append(words, "user "+limen.Unmistakable(proc.User.String()))
	}
	switch {
	case proc.Started.IsZero():
	case p.o.Width > 0 && !p.verdict.Time.IsZero():
		words = append(words, "up "+span(p.verdict.Time.Sub(proc.Started)))
	default:
		words = append(words, "since "+proc.Started.UTC().Format(time.RFC3339))
	}
	return joinComma(words) + notes(o)
}

// project says what an owner works on, as in "shop, branch main, in
// ~/src/shop (Next.js: next in package.json)".
func (p prose) project(proc limen.Process) string {
	words := []string{limen.Unmistakable(proc.Project.Name)}
	if b := proc.Project.Branch; b != "" {
		words = append(words, "branch "+limen.Unmistakable(b))
	}
	if t := proc.Project.Worktree; t != "" {
		words = append(words, "worktree "+limen.Unmistakable(t))
	}
	if proc.Project.Root != "" {
		words = append(words, "in "+p.dir(proc.Project.Root))
	}
	s := joinComma(words)
	if f := proc.Framework; f != nil {
		s += " (" + framework(*f) + ")"
	}
	return s
}

func framework(f limen.Framework) string {
	if f.Evidence == "" {
		return f.Name
	}
	return f.Name + ": " + f.Evidence
}

func (p prose) dir(s string) string {
	if p.o.Width > 0 {
		return short(s, p.o.Home)
	}
	return s
}

// keepersOf is all that an owner runs in, nearest first.
func keepersOf(o limen.Owner) []limen.Keeper {
	if len(o.Within) == 0 && o.Keeper != nil {
		return []limen.Keeper{*o.Keeper}
	}
	return o.Within
}

// chain says who started whom, down to the process itself. Of a very long one
// both ends are told: what the system began, and what came last.
func chain(proc limen.Process) string {
	const most, head = 12, 4
	var names []string
	for i := len(proc.Ancestors) - 1; i >= 0; i-- {
		a := proc.Ancestors[i]
		names = append(names, fmt.Sprintf("%s (%d)", limen.Unmistakable(a.Name), a.PID))
	}
	names = append(names, fmt.Sprintf("%s (%d)", limen.Unmistakable(proc.Name), proc.PID))
	if over := len(names) - most; over > 0 {
		between := fmt.Sprintf("… %d more", over+1)
		names = append(append(names[:head:head], between), names[head+over+1:]...)
	}
	return strings.Join(names, " > ")
}

// labelWidth is the space for the word before an item, and the gap after it.
const labelWidth = len("command") + len(gutter)

// item adds a labelled line, and further ones below its text where it is long.
func (p prose) item(label, text string) {
	p.paragraph("  "+pad(label, labelWidth), text)
}

// paragraph adds text after a lead-in, harmless, and on a terminal broken at
// its width.
func (p prose) paragraph(lead, text string) {
	indent := strings.Repeat(" ", widthOf(lead))
	room := 0
	if p.o.Width > 0 {
		room = max(p.o.Width-len(indent), narrowest)
	}
	for i, s := range wrap(Safe(text), room) {
		if i > 0 {
			lead = indent
		}
		p.linef("%s", lead+s)
	}
}

func joinComma(words []string) string { return strings.Join(words, ", ") }

// addrPort is a port at no address.
func addrPort(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.Addr{}, port) }
