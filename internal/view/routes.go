package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/limenhq/limen"
)

// Routes writes which names there are and where they lead, what has none, and
// what a person has to decide.
func Routes(w io.Writer, rs limen.Routes, f Format, o Options) error {
	return f.report(w, reportRoutes(rs), o)
}

// Proxy writes the same as a page about how names are answered.
func Proxy(w io.Writer, rs limen.Routes, s limen.Standing, f Format, o Options) error {
	shape := reportRoutes(rs)
	shape.prose = func(p *page, o Options) {
		p.doors(rs.Doors)
		if s.Authority != nil { // where there is none, a gap says so
			p.padlock(s.Authority)
		}
		p.linef("")
		if len(rs.Routes) == 0 {
			p.linef("no name leads anywhere yet")
			p.because("", "start a server of a project, or: limen route add shop 3000")
		}
		proseRoutes(p, rs, o)
	}
	return f.report(w, shape, o)
}

func reportRoutes(rs limen.Routes) report {
	r := report{whole: rs, header: routeHeader}
	for _, one := range rs.Routes {
		r.lines = append(r.lines, line{"route": one})
		r.rows = append(r.rows, routeRow(one))
	}
	for _, u := range rs.Unnamed {
		r.lines = append(r.lines, line{"unnamed": u})
		r.rows = append(r.rows, unnamedRow(u))
	}
	for _, d := range rs.Doors {
		r.lines = append(r.lines, line{"door": d})
	}
	r.lines = append(r.lines, gapLines(rs.Gaps)...)
	r.prose = func(p *page, o Options) { proseRoutes(p, rs, o) }
	return r
}

// stateTints help the eye to names that lead nowhere. The words say it, too.
var stateTints = map[limen.RouteState]style{
	limen.RouteAbsent: yellow,
	limen.RouteHidden: dim,
	limen.RouteAsleep: dim,
}

// routeColumns are the columns of routes for people.
var routeColumns = []Column{{Title: "NAME", cut: true}, {Title: "LEADS TO", cut: true}, {Title: "STATE"}, {Title: "OWNER", cut: true}}

func proseRoutes(p *page, rs limen.Routes, o Options) {
	cells := [][]string{titles(routeColumns)}
	for _, r := range rs.Routes {
		cells = append(cells, []string{Safe(nameWord(r)), Safe(targetWord(r)), r.State.String(), Safe(whoseWord(r))})
	}
	if len(rs.Routes) > 0 {
		lay := fit(routeColumns, cells, o.Width)
		lay.write(p, cells[0], func(int) style { return bold }, o)
		for i, r := range rs.Routes {
			lay.write(p, cells[i+1], func(column int) style {
				if routeColumns[column].Title == "STATE" {
					return stateTints[r.State]
				}
				return ""
			}, o)
			p.manner(r)
			p.because(r.Why, "")
		}
	}
	proseQuestions(p, rs.Unnamed)
	proseUnnamed(p, rs.Unnamed, o)
}

// proseQuestions writes which name is wanted by two.
func proseQuestions(p *page, all []limen.Unnamed) {
	for _, u := range all {
		if u.Name == "" {
			continue
		}
		p.gapAbove()
		p.linef("%s is wanted, too, by %s", Safe(u.Name), Safe(holderWord(u)))
		p.because(u.Why, u.Next)
	}
}

// unnamedColumns are the columns of what has no name.
var unnamedColumns = []Column{{Title: "NO NAME", cut: true}, {Title: "WHY", cut: true}, {Title: "OWNER", cut: true}}

func proseUnnamed(p *page, all []limen.Unnamed, o Options) {
	cells := [][]string{titles(unnamedColumns)}
	for _, u := range all {
		if u.Name != "" {
			continue
		}
		owner := "-"
		if u.Owner != nil {
			owner = ownersInWords([]limen.Owner{*u.Owner})
		}
		place, row := u.Endpoint.Addr.String(), []string{Safe(cmp.Or(u.Why, "-")), Safe(owner)}
		same := slices.IndexFunc(cells, func(c []string) bool { return slices.Equal(c[1:], row) })
		if same < 0 {
			cells = append(cells, append([]string{place}, row...))
			continue
		}
		cells[same][0] += ", " + place // of one program, for one reason
	}
	if len(cells) == 1 {
		return
	}
	p.gapAbove()
	lay := fit(unnamedColumns, cells, o.Width)
	for i, row := range cells {
		tint := func(int) style { return "" }
		if i == 0 {
			tint = func(int) style { return bold }
		}
		lay.write(p, row, tint, o)
	}
}

// holderWord is who listens at an endpoint, as in "node (4242) at 127.0.0.1:3000".
func holderWord(u limen.Unnamed) string {
	if u.Owner == nil {
		return "whoever listens at " + u.Endpoint.Addr.String()
	}
	return fmt.Sprintf("%s at %s", ownersInWords([]limen.Owner{*u.Owner}), u.Endpoint.Addr)
}

// gapAbove separates what follows from what stands there already.
func (p *page) gapAbove() {
	if p.Len() > 0 {
		p.linef("")
	}
}

func titles(columns []Column) (all []string) {
	for _, c := range columns {
		all = append(all, c.Title)
	}
	return all
}
