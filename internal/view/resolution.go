package view

import (
	"cmp"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Resolution writes how programs find the address of a name.
func Resolution(w io.Writer, r limen.Resolution, f Format, o Options) error {
	shape := report{whole: r, header: []string{"name", "way", "works", "guessed", "found", "why", "next"}}
	for _, l := range r.Ways {
		shape.lines = append(shape.lines, line{"lookup": l})
		shape.rows = append(shape.rows, []string{
			r.Name, l.Way, strconv.FormatBool(l.Works), strconv.FormatBool(l.Guessed), strings.Join(addressWords(l.Found), " "), l.Why, l.Next,
		})
	}
	shape.lines = append(shape.lines, line{"hosts": r.Hosts})
	if r.Server != nil {
		shape.lines = append(shape.lines, line{"server": r.Server})
	}
	shape.lines = append(shape.lines, gapLines(r.Gaps)...)
	shape.prose = func(p *page, o Options) { proseResolution(p, r, o) }
	return f.report(w, shape, o)
}

func proseResolution(p *page, r limen.Resolution, o Options) {
	p.linef("how %s is found", Safe(r.Name))
	p.linef("")
	if len(r.Ways) > 0 {
		p.linef("%s", o.paint(bold, "WORKS     BY"))
	}
	for i, l := range r.Ways {
		found := ""
		if len(l.Found) > 0 {
			found = ": " + strings.Join(addressWords(l.Found), ", ")
		}
		p.linef("%-8s  %s%s", worksWord(l), Safe(l.Way), Safe(found))
		if i+1 < len(r.Ways) && isAlike(l, r.Ways[i+1]) {
			continue // the reason follows that one
		}
		if !l.Works || l.Guessed {
			p.because(l.Why, l.Next)
		}
	}
	p.gapAbove()
	file := cmp.Or(r.Hosts.File, "the system's file of hosts")
	if len(r.Hosts.Names) > 0 {
		p.linef("limen has written into %s: %s", Safe(file), Safe(joinComma(r.Hosts.Names)))
		p.because("", "to take it out again: limen route resolve "+r.Name+" --clean")
	} else {
		p.linef("limen has written nothing into %s", Safe(file))
	}
	if r.Server != nil {
		p.linef("limen answers DNS at %s", Safe(r.Server.String()))
	}
}

// isAlike reports whether what came of two ways has one reason.
func isAlike(a, b limen.Lookup) bool {
	return a.Works == b.Works && a.Guessed == b.Guessed && a.Why == b.Why && a.Next == b.Next
}

// worksWord says whether a way leads to limen, and whether that was tried.
func worksWord(l limen.Lookup) string {
	switch {
	case l.Works && l.Guessed:
		return "likely"
	case l.Works:
		return "yes"
	case l.Guessed:
		return "unlikely"
	}
	return "no"
}

func addressWords(all []netip.Addr) (words []string) {
	for _, a := range all {
		words = append(words, a.String())
	}
	return words
}
