package view

import (
	"io"

	"github.com/limenhq/limen"
)

// Sources writes which ways to look at a machine serve, and why not others.
func Sources(w io.Writer, s limen.Sources, f Format, o Options) error {
	r := report{whole: s, header: []string{"task", "source", "use", "why", "next"}}
	for _, one := range s.Sources {
		r.lines = append(r.lines, line{"source": one})
		r.rows = append(r.rows, []string{one.Task.String(), one.Name, one.Use.String(), one.Why, one.Next})
	}
	r.prose = func(p *page, o Options) { proseSources(p, s.Sources, o) }
	return f.report(w, r, o)
}

// useWords say what came of a source.
var useWords = map[limen.SourceUse]string{
	limen.SourceServed:  "served",
	limen.SourcePartly:  "served in part",
	limen.SourceRefused: "did not serve",
	limen.SourceSpare:   "not needed",
}

func proseSources(p *page, all []limen.Source, o Options) {
	const form = "%-8s  %-9s  %s"
	p.linef("%s", o.paint(bold, "FOR       SOURCE     USE"))
	var before limen.Task
	for _, s := range all {
		task := s.Task.String()
		if s.Task == before {
			task = ""
		}
		before = s.Task
		p.linef(form, task, Safe(s.Name), useWords[s.Use])
		p.because(s.Why, s.Next)
	}
}
