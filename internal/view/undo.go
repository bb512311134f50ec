package view

import (
	"fmt"
	"io"
	"strconv"

	"github.com/limenhq/limen"
)

// Undone writes what was started again.
func Undone(w io.Writer, u limen.Undone, f Format, o Options) error {
	r := report{whole: u, lines: append([]line{{"undone": u}}, gapLines(u.Gaps)...)}
	r.header = []string{"port", "listening", "name", "how", "pid", "log"}
	for _, s := range u.Started {
		pid := ""
		if s.PID != 0 {
			pid = strconv.Itoa(s.PID)
		}
		r.rows = append(r.rows, []string{strconv.Itoa(int(u.Port)), strconv.FormatBool(u.Listening), s.Name, s.How, pid, s.Log})
	}
	r.prose = func(p *page, o Options) {
		for _, s := range u.Started {
			who := limen.Unmistakable(s.Name)
			if s.PID != 0 {
				who += fmt.Sprintf(" (%d)", s.PID)
			}
			p.linef("started %s: %s", Safe(who), Safe(s.How))
			if s.Log != "" {
				p.linef("  prints to  %s", Safe(short(s.Log, o.Home)))
			}
		}
		if u.Listening {
			p.linef("%d listens again", u.Port)
		}
	}
	return f.report(w, r, o)
}
