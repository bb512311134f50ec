package view

import "io"

// A report is an answer in the shapes that formats write. An answer of a new
// kind makes one, and every format can write it.
type report struct {
	whole  any                  // as JSON
	lines  []line               // as NDJSON
	header []string             // as CSV and TSV, with a name for each value of a row
	rows   [][]string           // not yet inert
	prose  func(*page, Options) // for people
}

func proseReport(w io.Writer, r report, o Options) error {
	var p page
	r.prose(&p, o)
	return p.to(w)
}

func jsonReport(w io.Writer, r report, _ Options) error {
	var d document
	if err := d.add(r.whole, "  "); err != nil {
		return err
	}
	return d.to(w)
}

func ndjsonReport(w io.Writer, r report, _ Options) error { return writeLines(w, r.lines) }

func (s separated) report(w io.Writer, r report, _ Options) error {
	var p page
	if r.header != nil { // or it stands above already
		if err := s.line(&p, r.header); err != nil {
			return err
		}
	}
	for _, row := range r.rows {
		values := make([]string, len(row))
		for i, v := range row {
			values[i] = inert(v)
		}
		if err := s.line(&p, values); err != nil {
			return err
		}
	}
	return p.to(w)
}
