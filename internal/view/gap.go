package view

import (
	"cmp"
	"errors"
	"io"

	"github.com/limenhq/limen"
)

// Gaps writes what could not be seen, why, and what helps.
func Gaps(w io.Writer, gaps []limen.Gap) error {
	var p page
	for _, g := range gaps {
		p.linef("not seen: %s", Safe(g.What))
		p.because(g.Why, g.Next)
	}
	return p.to(w)
}

// because adds the lines that follow whatever went wrong.
func (p *page) because(why, next string) {
	if why != "" {
		p.linef("  why:  %s", Safe(why))
	}
	if next != "" {
		p.linef("  next: %s", Safe(next))
	}
}

// Error writes what could not be done, why, and what to do next.
func Error(w io.Writer, err error) error {
	var p page
	var known *limen.Error
	if errors.As(err, &known) {
		p.linef("limen: %s", Safe(cmp.Or(known.What, "cannot go on")))
		p.because(known.Why, known.Next)
	} else {
		p.linef("limen: %s", Safe(err.Error()))
	}
	return p.to(w)
}

// Remarks writes what belongs beside a snapshot and not into its table: that
// it is empty, and each gap. Asked says what was asked for; empty means
// everything. An empty machine and a blind look never read the same.
func Remarks(w io.Writer, s limen.Snapshot, asked string) error {
	var p page
	if len(s.Listeners)+len(s.Connections) == 0 {
		nothing := "nothing listens here"
		if len(s.Gaps) > 0 {
			nothing = "nothing was seen to listen here, and not everything could be seen"
		}
		if asked != "" {
			nothing += " that matches " + Safe(asked)
		}
		p.linef("%s", nothing)
	}
	if err := p.to(w); err != nil {
		return err
	}
	return Gaps(w, s.Gaps)
}
