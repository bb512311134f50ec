package view

import (
	"fmt"
	"io"
	"slices"

	"github.com/limenhq/limen"
)

// proseVerdicts writes verdicts as someone who knows would tell them: first
// whether the port can be had, then who is in the way, last what to do.
func proseVerdicts(w io.Writer, all []limen.Verdict, o Options) error {
	var p page
	for i, v := range all {
		if i > 0 {
			p.linef("")
		}
		prose{&p, v, o, map[limen.ProcessID]bool{}}.write()
	}
	return p.to(w)
}

// prose is a verdict on its way into words.
type prose struct {
	*page
	verdict limen.Verdict
	o       Options
	told    map[limen.ProcessID]bool // who has been described already
}

// mostCauses is how many causes are told in full; the rest is counted.
const mostCauses = 8

func (p prose) write() {
	v := p.verdict
	p.paragraph("", p.headline())
	if v.Free {
		p.purpose()
	}
	blocking, notes := p.sorted()
	if !v.Free {
		p.linef("")
		if len(blocking) > 0 {
			p.details(blocking[0]) // the headline has said what
			blocking = blocking[1:]
		}
		for _, c := range blocking {
			p.block("also: ", c)
		}
		if len(blocking) > 0 {
			p.linef("")
		}
		p.tried()
	}
	for _, c := range notes {
		p.block("note: ", c)
	}
	if n := len(v.Causes) - mostCauses; n > 0 {
		p.linef("\nand %d more, all in --json", n)
	}
	if v.Next != "" {
		p.linef("")
		p.paragraph("next: ", v.Next)
	}
}

// purpose tells what a free port is for. Who holds a taken one is of more
// interest than who could.
func (p prose) purpose() {
	n := p.verdict.Number
	switch {
	case n != nil && (n.Known != nil || len(n.Registered) > 0):
		p.paragraph("", numberHeadline(*n))
		p.linef("")
		p.number(*n, fewUses)
	case p.verdict.Range == limen.DynamicRange:
		p.paragraph("", "it lies in the dynamic range (49152 to 65535), which nobody can register")
	}
}

// sorted returns the causes to tell: those that block, and the others.
func (p prose) sorted() (blocking, notes []limen.Cause) {
	for _, c := range p.verdict.Causes[:min(len(p.verdict.Causes), mostCauses)] {
		if c.Blocks && !p.verdict.Free {
			blocking = append(blocking, c)
		} else {
			notes = append(notes, c)
		}
	}
	return blocking, notes
}

// block adds a cause with its sentence.
func (p prose) block(lead string, c limen.Cause) {
	p.linef("")
	p.paragraph(lead, c.What)
	p.details(c)
}

// A tone is how a kind of cause is spoken of: what the port is, what became
// of a bind, and whether what the system said to it is worth hearing.
type tone struct {
	headline, bind string
	quotes         bool
}

// tones are the kinds that do not simply mean that someone has the port.
var tones = map[limen.CauseKind]tone{
	limen.CausePrivileged: {"is out of reach", "refused", true},
	limen.CauseTimeWait:   {"is not free yet", "still held", false},
	limen.CauseUnknown:    {"cannot be had", "refused", true},
}

// tone returns how to speak of a port that cannot be had.
func (p prose) tone() tone {
	i := slices.IndexFunc(p.verdict.Causes, func(c limen.Cause) bool { return c.Blocks })
	if i < 0 {
		return tones[limen.CauseUnknown]
	}
	if t, ok := tones[p.verdict.Causes[i].Kind]; ok {
		return t
	}
	return tone{"is taken", "taken", false}
}

// headline is the whole answer in one sentence.
func (p prose) headline() string {
	v := p.verdict
	port := portCell(row{endpoint: endpointOf(v)}, form{})
	switch {
	case v.Free && v.Tried:
		var worked []string
		for _, b := range v.Binds {
			worked = append(worked, b.Address.String())
		}
		return fmt.Sprintf("%s is free: binding it worked on %s", port, inWords(worked))
	case v.Free:
		return fmt.Sprintf("%s looks free: nothing seen holds it, and binding it was not tried", port)
	}
	why := "binding it was refused, and nothing seen explains it"
	if i := slices.IndexFunc(v.Causes, func(c limen.Cause) bool { return c.Blocks }); i >= 0 {
		why = v.Causes[i].What
	}
	return fmt.Sprintf("%s %s: %s", port, p.tone().headline, why)
}

// endpointOf is the port of a verdict as an endpoint, at no address.
func endpointOf(v limen.Verdict) (e limen.Endpoint) {
	e.Transport = v.Transport
	e.Addr = addrPort(v.Port)
	return e
}

// tried says what became of each bind.
func (p prose) tried() {
	v := p.verdict
	if !v.Tried {
		p.item("tried", "nothing: this is what looking alone says")
		return
	}
	tone := p.tone()
	var words, said []string
	for _, b := range v.Binds {
		what := tone.bind
		switch {
		case b.Free:
			what = "free"
		case b.Reuse:
			what += " (free with SO_REUSEADDR)"
		}
		words = append(words, b.Address.String()+" "+what)
		if b.Error != "" {
			said = addOnce(said, b.Error)
		}
	}
	text := joinComma(words)
	if len(said) > 1 || tone.quotes && len(said) > 0 {
		text += "; the system said: " + joinComma(said)
	}
	p.item("tried", text)
}
