package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Plans writes what freeing ports would do.
func Plans(w io.Writer, all []limen.Plan, f Format, o Options) error {
	r := report{header: []string{"transport", "port", "way", "pids", "command", "effect", "refused", "next"}}
	wholes := make([]any, len(all))
	for i, p := range all {
		wholes[i] = p
		for _, s := range p.Steps {
			r.lines = append(r.lines, line{"step": s})
			r.rows = append(r.rows, []string{
				p.Transport.String(), strconv.Itoa(int(p.Port)), string(s.Way), pids(s.Owners), s.Command, s.Effect, s.Refused, s.Next,
			})
		}
		r.lines = append(r.lines, gapLines(p.Gaps)...)
	}
	r.whole = oneOrAll(wholes)
	r.prose = func(p *page, _ Options) {
		for _, plan := range all {
			prosePlan(p, plan)
		}
	}
	return f.report(w, r, o)
}

// Freed writes what has come of freeing ports.
func Freed(w io.Writer, all []limen.Freed, f Format, o Options) error {
	r := report{header: []string{"transport", "port", "freed", "stopped", "remaining", "why", "next"}}
	wholes := make([]any, len(all))
	for i, one := range all {
		wholes[i] = one
		var stopped []limen.Owner
		for _, s := range one.Stopped {
			stopped = append(stopped, s.Owner)
		}
		r.lines = append(r.lines, line{"freed": one})
		r.rows = append(r.rows, []string{
			one.Transport.String(), strconv.Itoa(int(one.Port)), strconv.FormatBool(one.Freed), pids(stopped), pids(one.Remaining), one.Why, one.Next,
		})
	}
	r.whole = oneOrAll(wholes)
	r.prose = func(p *page, _ Options) {
		for _, one := range all {
			if one.Freed {
				proseFreed(p, one)
			}
		}
	}
	return f.report(w, r, o)
}

// oneOrAll is what JSON writes: the answer itself where one port was asked
// about, else a list of answers.
func oneOrAll(all []any) any {
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func pids(owners []limen.Owner) string {
	var all []string
	for _, o := range owners {
		all = append(all, strconv.Itoa(o.Process.PID))
	}
	return strings.Join(all, " ")
}

// prosePlan tells a plan in the order it would be carried out.
func prosePlan(p *page, plan limen.Plan) {
	if len(plan.Steps) == 0 {
		p.linef("%s: nothing holds it", portOf(plan.Transport, plan.Port))
		return
	}
	p.linef("to free %s, limen", portOf(plan.Transport, plan.Port))
	for _, s := range plan.Steps {
		if s.Refused != "" {
			p.linef("  cannot:  %s", Safe(s.Refused))
			if s.Next != "" {
				p.linef("    next:  %s", Safe(s.Next))
			}
			continue
		}
		p.linef("  %s", Safe(s.Effect))
		for _, o := range s.Owners[:1] {
			if c := commandLine(o.Process.Command); c != "" {
				p.linef("    it is  %s", Safe(c))
			}
			if o.Process.Directory != "" {
				p.linef("    in     %s", Safe(o.Process.Directory))
			}
		}
		if s.Command != "" {
			p.linef("    as by  %s", Safe(s.Command))
		}
	}
	if plan.Protected != "" {
		p.linef("  only if the port is typed: %s", Safe(plan.Protected))
	}
}

// commandLine is a command as one line, cut where it is very long.
func commandLine(args []string) string {
	const most = 200
	text := strings.Join(args, " ")
	if len(text) > most {
		text = text[:most] + "..."
	}
	return text
}

// proseFreed tells in a line what was stopped, and in another what else is
// worth knowing.
func proseFreed(p *page, f limen.Freed) {
	var stopped []string
	for _, s := range f.Stopped {
		how := s.How
		if s.After > 0 {
			how += fmt.Sprintf(", %v", s.After.Round(time.Millisecond))
		}
		stopped = append(stopped, fmt.Sprintf("%s (%d), %s", limen.Unmistakable(s.Owner.Process.Name), s.Owner.Process.PID, how))
	}
	p.linef("%s is free; stopped %s", portOf(f.Transport, f.Port), Safe(strings.Join(stopped, "; ")))
	if f.Why != "" {
		p.linef("  note:  %s", Safe(f.Why))
	}
}

// portOf names a port, and its transport where it is not the usual one.
func portOf(t limen.Transport, port uint16) string {
	if t == limen.UDP {
		return fmt.Sprintf("%d/udp", port)
	}
	return strconv.Itoa(int(port))
}
