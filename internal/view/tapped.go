package view

import (
	"io"
	"strconv"

	"github.com/limenhq/limen"
)

// A Tapping writes what a tap tells, as it comes.
type Tapping struct {
	Out io.Writer // requests, and nothing else; in JSON all that is told
	Err io.Writer // what is tapped, and how much is not told

	Format  Format
	Options Options

	hasBegun bool
	withHost bool
	hasFault bool // it was told why requests are not kept
}

// Write writes one thing that is told, whole and at once.
func (t *Tapping) Write(n limen.Tapped) error {
	if t.Format.Name == JSON.Name || t.Format.Name == NDJSON.Name {
		var d document
		if err := d.add(n, ""); err != nil {
			return err
		}
		return d.to(t.Out)
	}
	if n.Tap != nil {
		t.withHost = len(n.Tap.Names) != 1 && n.Tap.Target == nil
		if err := t.opened(*n.Tap); err != nil {
			return err
		}
	}
	if n.Missed > 0 || n.Unshown > 0 || n.Gap != nil {
		if err := t.missed(n); err != nil {
			return err
		}
	}
	if n.Document != nil {
		var p page
		p.document(*n.Document)
		if err := p.to(t.Err); err != nil {
			return err
		}
	}
	if n.Exchange == nil && n.Frame == nil {
		return nil
	}
	if t.Format.Name != Table.Name {
		return t.row(n)
	}
	var p page
	if !t.hasBegun {
		t.hasBegun = true
		p.linef("%s", exchangeHead(t.Options))
	}
	if n.Exchange != nil {
		p.linef("%s", exchangeLine(*n.Exchange, t.withHost, t.Options))
	}
	if n.Frame != nil {
		p.linef("%s", frameLine(*n.Frame, t.Options))
	}
	return p.to(t.Out)
}

// missed says how many requests were not kept, why that is, once if it lasts, and how
// many can be looked at later.
func (t *Tapping) missed(n limen.Tapped) error {
	t.hasFault = t.hasFault || n.Gap != nil
	var p page
	switch {
	case t.hasFault && n.Missed > 0:
		p.linef("%s not kept", were(n.Missed))
	case n.Missed > 0:
		p.linef("%s not kept: there were too many at once", were(n.Missed))
	}
	if n.Unshown > 0 {
		p.linef("%s not shown: there were too many at once; limen tap ls has all", were(n.Unshown))
	}
	if err := p.to(t.Err); err != nil || n.Gap == nil {
		return err
	}
	return Gaps(t.Err, []limen.Gap{*n.Gap})
}

// were is the beginning of a sentence about requests.
func were(n int64) string {
	if n == 1 {
		return "1 request was"
	}
	return Counted(int(n), "request") + " were"
}

// row writes a request as formats have it that separate values. Messages have no
// place there: they are no requests.
func (t *Tapping) row(n limen.Tapped) error {
	if n.Exchange == nil {
		return nil
	}
	r := report{header: exchangeHeader, rows: [][]string{exchangeRow(*n.Exchange)}}
	if t.hasBegun {
		r.header = nil
	}
	t.hasBegun = true
	return t.Format.report(t.Out, r, t.Options)
}

// opened says what is tapped: until somebody asks for something, a tap looks like
// one that does not work.
func (t *Tapping) opened(tap limen.Tap) error {
	var p page
	switch {
	case tap.Target != nil && tap.Endpoint != nil:
		p.linef("tapping %s", Safe(tap.Target.String()))
		p.linef("  http://%s stands before it: what is sent there goes on to it, and is seen", tap.Endpoint.Addr)
		for _, name := range tap.Names {
			p.linef("  %s leads there, and is seen, too", Safe(name))
		}
	case len(tap.Names) == 0:
		p.linef("tapping all names")
	default:
		p.linef("tapping %s", Safe(inWords(tap.Names)))
	}
	for _, d := range tap.Documents {
		p.document(d)
	}
	p.linef("  secrets are hidden; limen tap show ID has the rest of a request")
	if err := p.to(t.Err); err != nil {
		return err
	}
	return Gaps(t.Err, tap.Gaps)
}

// document adds where an interface is described.
func (p *page) document(d limen.Document) {
	p.linef("  %s describes it%s", Safe(d.URL), Safe(documentWord(d)))
}

// documentWord is what a description of an interface says of itself, as the end
// of a sentence.
func documentWord(d limen.Document) string {
	word := ""
	if d.Title != "" {
		word = ": " + d.Title
		if d.Version != "" {
			word += " " + d.Version
		}
	}
	if d.Format != "" {
		word += " (" + d.Format + ")"
	}
	return word
}

// Counted is a number of things: "1 request", "2 requests".
func Counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}
