package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Waited writes what came of waiting.
func Waited(w io.Writer, r limen.Waited, f Format, o Options) error {
	return f.waited(w, r, o)
}

// proseWaited says what was reached, and of what was not why and what to do.
func proseWaited(w io.Writer, r limen.Waited, o Options) error {
	var p page
	var missed []limen.Awaited
	for _, a := range r.Goals {
		if !a.Reached {
			missed = append(missed, a)
			continue
		}
		p.linef("%s is %s: %s, after %s", Safe(target(a.Goal)), a.Goal.State, Safe(a.Saw), brief(a.After))
	}
	if r.Outcome == limen.OutcomeReady {
		return p.to(w)
	}
	var names []string
	for _, a := range missed {
		names = append(names, fmt.Sprintf("%s to be %s", target(a.Goal), a.Goal.State))
	}
	p.linef("limen: %s", Safe(endings[r.Outcome]+inWords(names)))
	p.because(r.Why, "")
	for _, a := range missed {
		p.linef("  saw:  %s", Safe(a.Saw))
	}
	if r.Ended != nil {
		for _, line := range r.Ended.Lines {
			p.linef("  told: %s", Safe(line))
		}
	}
	p.because("", r.Next)
	return p.to(w)
}

// endings begin the sentence of what was waited for in vain.
var endings = map[limen.Outcome]string{
	limen.OutcomeTimeout:   "timed out waiting for ",
	limen.OutcomePointless: "it is pointless to wait for ",
}

// target is what a goal is about, without how it shall be.
func target(g limen.Goal) string {
	g.State = limen.GoalReady
	return g.String()
}

// brief is a time without digits that nobody reads.
func brief(d time.Duration) string {
	if d < time.Second {
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

func jsonWaited(w io.Writer, r limen.Waited, _ Options) error {
	var d document
	if err := d.add(r, "  "); err != nil {
		return err
	}
	return d.to(w)
}

// ndjsonWaited writes how it ended, before what belongs to it.
func ndjsonWaited(w io.Writer, r limen.Waited, _ Options) error {
	type plain struct {
		Machine string        `json:"machine"`
		Time    time.Time     `json:"time"`
		Outcome limen.Outcome `json:"outcome"`
		Took    time.Duration `json:"took"`
		Why     string        `json:"why,omitempty"`
		Next    string        `json:"next,omitempty"`
		Ended   *limen.Ended  `json:"ended,omitempty"`
	}
	lines := []line{{"waited": plain{r.Machine, r.Time, r.Outcome, r.Took, r.Why, r.Next, r.Ended}}}
	for _, g := range r.Goals {
		lines = append(lines, line{"goal": g})
	}
	return writeLines(w, append(lines, gapLines(r.Gaps)...))
}

// waitedHeader are the columns of what was waited for.
var waitedHeader = []string{"outcome", "target", "state", "reached", "seconds", "saw"}

func (s separated) waited(w io.Writer, r limen.Waited, _ Options) error {
	var p page
	if err := s.line(&p, waitedHeader); err != nil {
		return err
	}
	for _, a := range r.Goals {
		values := []string{
			r.Outcome.String(), inert(target(a.Goal)), a.Goal.State.String(), fmt.Sprint(a.Reached),
			fmt.Sprintf("%.3f", cmp.Or(a.After, r.Took).Seconds()), inert(strings.TrimSpace(a.Saw)),
		}
		if err := s.line(&p, values); err != nil {
			return err
		}
	}
	return p.to(w)
}
