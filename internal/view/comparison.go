package view

import (
	"io"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Comparison writes what is different between two requests.
func Comparison(w io.Writer, c limen.Comparison, f Format, o Options) error {
	r := report{whole: c, header: []string{"part", "before", "after", "fleeting"}}
	for _, d := range c.Differences {
		r.lines = append(r.lines, line{"difference": d})
		r.rows = append(r.rows, []string{d.Part, d.Before, d.After, strconv.FormatBool(d.Fleeting)})
	}
	r.lines = append(r.lines, gapLines(c.Gaps)...)
	r.prose = func(p *page, o Options) {
		p.linef("%s", exchangeHead(o))
		both := []limen.Exchange{c.Before, c.After}
		for _, e := range both {
			p.linef("%s", exchangeLine(e, !isOneHost(both), o))
		}
		p.linef("")
		var fleeting []string
		for _, d := range c.Differences {
			if d.Fleeting {
				fleeting = append(fleeting, Safe(d.Part))
				continue
			}
			p.linef("%s", Safe(d.Part))
			p.side("-", d.Before, red, o)
			p.side("+", d.After, green, o)
		}
		if len(fleeting) == len(c.Differences) {
			p.linef("there is no difference that means anything")
		}
		if len(fleeting) > 0 {
			p.linef("%s", o.paint(dim, "different each time: "+joinComma(fleeting)))
		}
	}
	return f.report(w, r, o)
}

// mostSide is how much of one side of a difference is written.
const mostSide = 400

// side writes one side of a difference; nothing where it was not there.
func (p *page) side(sign, text string, tint style, o Options) {
	if text == "" {
		return
	}
	room := mostSide
	if o.Width > 0 {
		room = max(narrowest, o.Width-len("  - "))
	}
	text = safeTabs(strings.TrimRight(text, "\r\n"))
	p.linef("  %s", o.paint(tint, sign+" "+cut(text, room)))
}
