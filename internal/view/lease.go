package view

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/limenhq/limen"
)

// Picked writes ports that were picked: for people and scripts the numbers
// alone, one a line.
func Picked(w io.Writer, l limen.Leases, f Format, o Options) error {
	r := reportLeases(l, time.Time{})
	r.prose = func(p *page, _ Options) {
		for _, one := range l.Leases {
			p.linef("%d", one.Port)
		}
	}
	return f.report(w, r, o)
}

// Kept writes which ports are kept bound, as soon as that is so.
func Kept(w io.Writer, l limen.Leases, f Format) error {
	r := reportLeases(l, time.Time{})
	r.prose = func(p *page, _ Options) {
		var all []uint16
		for _, one := range l.Leases {
			all = append(all, one.Port)
		}
		p.linef("kept until a server listens: %s", joinComma(portWords(all)))
	}
	return f.report(w, r, Options{})
}

// Leases writes which ports are leased, as of now.
func Leases(w io.Writer, l limen.Leases, now time.Time, f Format, o Options) error {
	return f.report(w, reportLeases(l, now), o)
}

// leaseHeader are the columns of leases.
var leaseHeader = []string{"port", "name", "project", "branch", "worktree", "since", "until", "why"}

func reportLeases(l limen.Leases, now time.Time) report {
	r := report{whole: l, header: leaseHeader}
	for _, one := range l.Leases {
		r.lines = append(r.lines, line{"lease": one})
		r.rows = append(r.rows, []string{
			strconv.Itoa(int(one.Port)), one.Name, one.Project, one.Branch, one.Worktree, stamp(one.Since), stamp(one.Until), one.Why,
		})
	}
	r.lines = append(r.lines, gapLines(l.Gaps)...)
	r.prose = func(p *page, o Options) { proseLeases(p, l.Leases, now, o) }
	return r
}

func proseLeases(p *page, all []limen.Lease, now time.Time, o Options) {
	if len(all) == 0 {
		return
	}
	columns := []Column{{Title: "PORT"}, {Title: "NAME", cut: true}, {Title: "PROJECT", cut: true}, {Title: "BRANCH", cut: true}, {Title: "FOR"}}
	cells := [][]string{{"PORT", "NAME", "PROJECT", "BRANCH", "FOR"}}
	for _, l := range all {
		left := "good"
		if !l.Until.IsZero() {
			left = span(l.Until.Sub(now))
		}
		cells = append(cells, []string{
			strconv.Itoa(int(l.Port)), Safe(cmp.Or(l.Name, "-")), Safe(cmp.Or(short(l.Project, o.Home), "-")), Safe(cmp.Or(l.Branch, "-")), left,
		})
	}
	lay := fit(columns, cells, o.Width)
	for i, row := range cells {
		tint := func(int) style { return "" }
		if i == 0 {
			tint = func(int) style { return bold }
		}
		lay.write(p, row, tint, o)
	}
}

// stamp writes a time for scripts; nothing if there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Notes writes, beside the ports that were picked, why they are these.
func Notes(w io.Writer, l limen.Leases) error {
	var p page
	for _, one := range l.Leases {
		if one.Why != "" {
			p.linef("%s", Safe(fmt.Sprintf("%d: %s", one.Port, one.Why)))
		}
	}
	return p.to(w)
}
