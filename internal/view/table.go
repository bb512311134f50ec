package view

import (
	"io"
	"slices"

	"github.com/limenhq/limen"
)

// tableSnapshot writes a table for people. An empty one has no header either:
// nothing is the answer, and Remarks says so in words.
func tableSnapshot(w io.Writer, s limen.Snapshot, o Options) error {
	f := form{now: s.Time}
	usual := onPipe
	if o.Width > 0 {
		usual, f.home = onTerminal, o.Home
	}
	columns, err := findColumns(o.Columns, usual)
	if err != nil {
		return err
	}
	rows := fold(rowsOf(s))
	if err := order(rows, o.Sort, f); err != nil {
		return err
	}
	var groups []group
	if o.Group == "" {
		groups = []group{{rows: rows}}
	} else {
		by, err := FindGroup(o.Group)
		if err != nil {
			return err
		}
		groups = groupBy(by, rows, f)
		if len(o.Columns) == 0 {
			columns = slices.DeleteFunc(columns, func(c Column) bool { return c.Name == by.Name })
		}
	}
	if len(o.Columns) == 0 {
		columns = dropPlain(columns, rows, f)
	}
	var p page
	if len(rows) > 0 {
		write(&p, groups, columns, f, o)
	}
	return p.to(w)
}

// dropPlain leaves out the columns that would say nothing in any row.
func dropPlain(columns []Column, rows []row, f form) []Column {
	return slices.DeleteFunc(columns, func(c Column) bool {
		return !slices.ContainsFunc(rows, func(r row) bool {
			if c.plain != nil {
				return !c.plain(r)
			}
			return c.show(r, f) != ""
		})
	})
}

// A group is the rows under one heading.
type group struct {
	heading string
	rows    []row
}

// groupBy puts rows under headings, those without one last. Within a group
// the order stays.
func groupBy(by Column, rows []row, f form) []group {
	at := map[string]int{}
	var groups []group
	for _, r := range rows {
		heading := Safe(by.show(r, f))
		i, ok := at[heading]
		if !ok {
			i = len(groups)
			at[heading] = i
			groups = append(groups, group{heading: heading})
		}
		groups[i].rows = append(groups[i].rows, r)
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		if a.heading == "" || b.heading == "" {
			return emptiness(a.heading) - emptiness(b.heading)
		}
		return by.order(a.rows[0], b.rows[0], a.heading, b.heading)
	})
	for i := range groups {
		if groups[i].heading == "" {
			groups[i].heading = "no " + by.Name
		}
	}
	return groups
}

// write adds the header, and each group with its heading.
func write(p *page, groups []group, columns []Column, f form, o Options) {
	indent := ""
	if o.Group != "" {
		indent = "  "
	}
	var cells [][]string
	for _, g := range groups {
		for _, r := range g.rows {
			cells = append(cells, cellsOf(r, columns, f))
		}
	}
	l := fit(columns, cells, o.Width-len(indent))
	l.indent = indent
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.Title
	}
	l.write(p, titles, func(int) style { return bold }, o)
	for _, g := range groups {
		if o.Group != "" {
			p.linef("\n%s", o.paint(bold, g.heading))
		}
		for _, r := range g.rows {
			l.write(p, cells[0], func(i int) style { return tintOf(columns[i], r) }, o)
			cells = cells[1:]
		}
	}
}

func tintOf(c Column, r row) style {
	if c.tint == nil {
		return ""
	}
	return c.tint(r)
}

// cellsOf says what each column shows of a row, harmless.
func cellsOf(r row, columns []Column, f form) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = Safe(c.show(r, f))
	}
	return cells
}
