package view

import (
	"fmt"
	"io"

	"github.com/limenhq/limen"
)

// Renewal writes what a new copy of IANA's list has changed.
func Renewal(w io.Writer, r limen.Renewal, f Format, o Options) error {
	return f.renewal(w, r, o)
}

func proseRenewal(w io.Writer, r limen.Renewal, o Options) error {
	var p page
	q := prose{page: &p, o: o}
	q.paragraph("", fmt.Sprintf("%s is used from now on: %s", r.After.Source, differences(r)))
	q.linef("")
	q.item("from", r.From)
	q.item("before", edition(r.Before))
	q.item("now", edition(r.After))
	q.item("kept", short(r.File, o.Home))
	return p.to(w)
}

// differences says in words what changed.
func differences(r limen.Renewal) string {
	if r.Added+r.Removed+r.Changed == 0 {
		return "it says the same as the one before"
	}
	return fmt.Sprintf("names of ports, %d more, %d fewer, %d changed", r.Added, r.Removed, r.Changed)
}

func edition(e limen.Edition) string {
	return fmt.Sprintf("%s, with %d entries", e.Source, e.Entries)
}

func jsonRenewal(w io.Writer, r limen.Renewal, _ Options) error {
	var d document
	if err := d.add(r, "  "); err != nil {
		return err
	}
	return d.to(w)
}

func ndjsonRenewal(w io.Writer, r limen.Renewal, _ Options) error {
	return writeLines(w, []line{{"renewal": r}})
}

// renewalHeader are the columns of a renewal.
var renewalHeader = []string{"from", "file", "date", "entries", "added", "removed", "changed"}

func (s separated) renewal(w io.Writer, r limen.Renewal, _ Options) error {
	var p page
	if err := s.line(&p, renewalHeader); err != nil {
		return err
	}
	values := []string{
		inert(r.From), inert(r.File), inert(r.After.Date), fmt.Sprint(r.After.Entries),
		fmt.Sprint(r.Added), fmt.Sprint(r.Removed), fmt.Sprint(r.Changed),
	}
	if err := s.line(&p, values); err != nil {
		return err
	}
	return p.to(w)
}
