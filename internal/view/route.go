package view

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Route writes where a name leads that was just made or changed.
func Route(w io.Writer, r limen.Route, f Format, o Options) error {
	return f.report(w, reportRoute(r, func(p *page, o Options) {
		p.linef("%s leads to %s%s", o.paint(bold, Safe(nameWord(r))), Safe(targetWord(r)), Safe(answering(r)))
		p.manner(r)
		if r.State == limen.RouteLive { // or why it is not has been said
			p.because(r.Why, "")
		}
		if r.Port != 0 {
			p.because("", "limen route resolve "+r.Name+", for which programs find that address")
		}
	}), o)
}

// Unpinned writes where a name does not lead any more.
func Unpinned(w io.Writer, r limen.Route, f Format, o Options) error {
	return f.report(w, reportRoute(r, func(p *page, _ Options) { p.noMore(r) }), o)
}

func reportRoute(r limen.Route, prose func(*page, Options)) report {
	return report{
		whole: r, lines: append([]line{{"route": r}}, gapLines(r.Gaps)...),
		header: routeHeader, rows: [][]string{routeRow(r)}, prose: prose,
	}
}

// Unrouted writes which names were taken away.
func Unrouted(w io.Writer, rs limen.Routes, f Format, o Options) error {
	shape := reportRoutes(rs)
	shape.prose = func(p *page, _ Options) {
		for _, r := range rs.Routes {
			p.noMore(r)
		}
	}
	return f.report(w, shape, o)
}

func (p *page) noMore(r limen.Route) {
	p.linef("%s leads to %s no more", Safe(nameWord(r)), Safe(targetWord(r)))
	p.condition(r)
}

// routeHeader are the columns of routes. What has no name is a row, too, with
// the state "unnamed".
var routeHeader = []string{
	"name", "path", "when", "target", "state", "url", "source", "strip", "own", "lan", "port", "address",
	"endpoints", "pid", "owner", "project", "branch", "program", "since", "why", "next",
}

func routeRow(r limen.Route) []string { return routeCells(r, r.State.String(), "") }

func routeCells(r limen.Route, state, next string) []string {
	when, target, source, address := "", "", "", ""
	if r.When != nil {
		when = r.When.String()
	}
	if r.Target != (limen.Target{}) {
		target = r.Target.String()
	}
	if r.Source != 0 {
		source = r.Source.String()
	}
	if r.Address.IsValid() {
		address = r.Address.String()
	}
	pid, owner := ownerWords(r.Owner)
	var subject limen.Subject
	if r.Subject != nil {
		subject = *r.Subject
	}
	return []string{
		r.Name, r.Path, when, target, state, r.URL, source,
		strconv.FormatBool(r.Strip), strconv.FormatBool(r.Own), strconv.FormatBool(r.LAN), portWord(r.Port), address,
		endpointWords(r.Endpoints), pid, owner, subject.Project, subject.Branch, subject.Program, stamp(r.Since), r.Why, next,
	}
}

func unnamedRow(u limen.Unnamed) []string {
	r := limen.Route{Name: u.Name, Endpoints: []limen.Endpoint{u.Endpoint}, Owner: u.Owner, Why: u.Why}
	return routeCells(r, "unnamed", u.Next)
}

func ownerWords(o *limen.Owner) (pid, name string) {
	if o == nil {
		return "", ""
	}
	return strconv.Itoa(o.Process.PID), o.Process.Name
}

func portWord(port uint16) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(int(port))
}

func endpointWords(all []limen.Endpoint) string {
	var words []string
	for _, e := range all {
		words = append(words, e.String())
	}
	return strings.Join(words, " ")
}

// nameWord is what a person types to get somewhere by a route.
func nameWord(r limen.Route) string {
	if r.URL == "" && r.Port != 0 {
		return fmt.Sprintf("%s:%d", r.Name, r.Port)
	}
	return cmp.Or(r.URL, r.Name+r.Path)
}

func targetWord(r limen.Route) string {
	if r.Target == (limen.Target{}) {
		return "nothing"
	}
	return r.Target.String()
}

// manner says what is odd about a route, below it.
func (p *page) manner(r limen.Route) {
	p.condition(r)
	var how []string
	if r.Strip {
		how = append(how, "without "+r.Path)
	}
	if r.Own {
		how = append(how, "asked for its own host")
	}
	if r.LAN {
		how = append(how, "from the network, too")
	}
	if r.Address.IsValid() {
		how = append(how, "at "+r.Address.String())
	}
	if len(how) > 0 {
		p.linef("  how:  %s", Safe(joinComma(how)))
	}
}

// unanswered say why nobody answers where nothing else is known.
var unanswered = map[limen.RouteState]string{
	limen.RouteAbsent: "nothing listens there",
	limen.RouteHidden: "another route with this name comes first",
	limen.RouteAsleep: "the daemon does not run",
}

// condition says which requests a route is for, below it.
func (p *page) condition(r limen.Route) {
	if r.When != nil {
		p.linef("  if:   %s", Safe(r.When.String()))
	}
}

// answering says who answers behind a route, or why nobody does, as the end of a
// sentence.
func answering(r limen.Route) string {
	switch {
	case r.State != limen.RouteLive:
		return ", but " + cmp.Or(r.Why, unanswered[r.State])
	case r.Owner != nil:
		return ", where " + nameOf(*r.Owner) + " answers" // what is odd about it is said where it is listed
	}
	return ""
}

// whoseWord is who answers behind a route, or else whose name it is.
func whoseWord(r limen.Route) string {
	if r.Owner != nil {
		return ownersInWords([]limen.Owner{*r.Owner})
	}
	s := r.Subject
	if s == nil {
		return "-"
	}
	word := limen.Unmistakable(path.Base(s.Project))
	if s.Branch != "" {
		word += " @" + limen.Unmistakable(s.Branch)
	}
	if s.Program != "" {
		word = limen.Unmistakable(s.Program) + " of " + word
	}
	return cmp.Or(word, "-")
}
