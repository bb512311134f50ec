package view

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// Numbers writes what port numbers are for.
func Numbers(w io.Writer, n limen.Numbers, f Format, o Options) error {
	return f.numbers(w, n, o)
}

// proseNumbers tells of one number all there is to tell, and lists several.
func proseNumbers(w io.Writer, n limen.Numbers, o Options) error {
	var p page
	if len(n.Numbers) == 1 {
		number := n.Numbers[0]
		q := prose{page: &p, o: o}
		q.paragraph("", numberHeadline(number))
		q.linef("")
		q.number(number, allUses)
		q.rules(number)
		return p.to(w)
	}
	if len(n.Numbers) == 0 {
		return nil
	}
	columns := []Column{{Title: "PORT"}, {Title: "REGISTERED AS", cut: true}, {Title: "MET THERE", cut: true}}
	cells := [][]string{{"PORT", "REGISTERED AS", "MET THERE"}}
	for _, number := range n.Numbers {
		cells = append(cells, []string{
			fmt.Sprint(number.Port), Safe(joinComma(officialNames(number))), Safe(firstUse(number)),
		})
	}
	l := fit(columns, cells, o.Width)
	for i, row := range cells {
		tint := func(int) style { return "" }
		if i == 0 {
			tint = func(int) style { return bold }
		}
		l.write(&p, row, tint, o)
	}
	return p.to(w)
}

// How many uses are told: all where a number is asked about, and the likeliest
// where it is only mentioned.
const (
	allUses = math.MaxInt
	fewUses = 3
)

// number tells what a port number is for, each layer on its own.
func (p prose) number(n limen.Number, most int) {
	if k := n.Known; k != nil {
		for _, u := range k.Uses[:min(len(k.Uses), most)] {
			p.item("met", onTransport(u.What, u.Transport))
		}
		if more := len(k.Uses) - most; more > 0 {
			p.item("met", fmt.Sprintf("and %d more: limen ports %d", more, n.Port))
		}
	}
	for _, r := range n.Registered {
		p.item("iana", registration(r, n.Known))
	}
	if k := n.Known; k != nil {
		if len(k.Relatives) > 0 {
			p.item("family", fmt.Sprintf("%s: %s", k.Family, joinComma(portWords(k.Relatives))))
		}
		if k.History != "" {
			p.item("history", k.History)
		}
	}
}

// rules tells what holds for a number, everywhere and on the machine that was
// asked, and how fresh the list is.
func (p prose) rules(n limen.Number) {
	for _, r := range n.Rules {
		p.item("rule", evidence(r))
	}
	for _, r := range n.Here {
		p.item("here", evidence(r))
	}
	if n.Source != "" {
		p.item("list", n.Source)
	}
}

// numberHeadline is what a number is, in one sentence.
func numberHeadline(n limen.Number) string {
	names := officialNames(n)
	switch {
	case n.Range == limen.DynamicRange:
		return fmt.Sprintf("%d lies in the dynamic range (49152 to 65535), which nobody can register", n.Port)
	case len(names) == 0:
		return fmt.Sprintf("%d is registered for nothing", n.Port)
	}
	return fmt.Sprintf("%d is registered as %s", n.Port, inWords(names))
}

// officialNames are the service names of a number, each once.
func officialNames(n limen.Number) (names []string) {
	for _, r := range n.Registered {
		if r.Name != "" && !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// registration tells of an entry of IANA's list. Who asked for it is in the
// official list; where there is only the short one, what is known helps out.
func registration(r limen.Registration, k *limen.Known) string {
	s := r.Name
	if r.Description != "" && !strings.EqualFold(r.Description, r.Name) {
		s = strings.TrimPrefix(s+": "+r.Description, ": ")
	}
	if len(r.Transports) > 0 {
		s += " (" + joinComma(r.Transports) + ")"
	}
	by, registered := r.Assignee, r.Registered
	if k != nil && k.Registrant != nil && k.Registrant.Service == r.Name && r.Name != "" {
		by = cmp.Or(by, k.Registrant.Name)
		if k.Registrant.Year > 0 {
			registered = cmp.Or(registered, fmt.Sprint(k.Registrant.Year))
		}
	}
	for _, more := range []struct{ lead, value string }{
		{"for ", by}, {"registered ", registered}, {"changed ", r.Modified}, {"", r.Reference},
	} {
		if more.value != "" {
			s += ", " + more.lead + more.value
		}
	}
	return strings.TrimPrefix(s, ", ")
}

func onTransport(what string, t limen.Transport) string {
	if t == limen.UDP {
		return what + " (udp)"
	}
	return what
}

func firstUse(n limen.Number) string {
	if n.Known == nil || len(n.Known.Uses) == 0 {
		return ""
	}
	return n.Known.Uses[0].What
}

func portWords(ports []uint16) (words []string) {
	for _, p := range ports {
		words = append(words, fmt.Sprint(p))
	}
	return words
}

func jsonNumbers(w io.Writer, n limen.Numbers, _ Options) error {
	var d document
	if err := d.add(n, "  "); err != nil {
		return err
	}
	return d.to(w)
}

func ndjsonNumbers(w io.Writer, n limen.Numbers, _ Options) error {
	var lines []line
	for _, number := range n.Numbers {
		lines = append(lines, line{"number": number})
	}
	return writeLines(w, append(lines, gapLines(n.Gaps)...))
}

// numberHeader are the columns of numbers.
var numberHeader = []string{"port", "range", "names", "use"}

func (s separated) numbers(w io.Writer, n limen.Numbers, _ Options) error {
	var p page
	if err := s.line(&p, numberHeader); err != nil {
		return err
	}
	for _, number := range n.Numbers {
		values := []string{
			fmt.Sprint(number.Port), number.Range.String(),
			inert(strings.Join(officialNames(number), " ")), inert(firstUse(number)),
		}
		if err := s.line(&p, values); err != nil {
			return err
		}
	}
	return p.to(w)
}
