package serve

import "strings"

// A table has a head and rows of as many cells (GitHub Flavored Markdown,
// 4.10).
type table struct {
	aligns []string // of each column; empty for none
	rows   [][]string
}

// mostColumns and mostCells bound what is made of short lines: each row is
// filled up to as many cells as the head has.
const (
	mostColumns = 200
	mostCells   = 100_000
)

// openTable makes a table of the line above one such as |---|:-:|.
func openTable(r *blockReader, c *cursor, at *block) *block {
	if at.kind != paragraphBlock {
		return nil
	}
	_, next := c.indent()
	aligns := readAligns(string(c.line[next:]))
	if aligns == nil {
		return nil
	}
	lines := strings.TrimSuffix(at.lines.String(), "\n")
	cut := strings.LastIndexByte(lines, '\n') + 1
	head := cells(lines[cut:])
	if len(head) != len(aligns) {
		return nil
	}
	t := at
	at.lines.Reset()
	if cut > 0 {
		at.lines.WriteString(lines[:cut])
		t = r.open(at, tableBlock)
	}
	t.kind, t.table = tableBlock, &table{aligns: aligns, rows: [][]string{head}}
	r.isDone = true
	return t
}

// readAligns reads the line below the head; nil if it is none.
func readAligns(line string) (aligns []string) {
	if strings.Trim(line, "|:- \t") != "" || !strings.ContainsAny(line, "|:") {
		return nil
	}
	for _, cell := range cells(line) {
		dashes := strings.Trim(cell, ":")
		isLeft, isRight := strings.HasPrefix(cell, ":"), strings.HasSuffix(cell, ":")
		if dashes == "" || strings.Trim(dashes, "-") != "" || len(aligns) == mostColumns || len(cell)-len(dashes) > 2 {
			return nil
		}
		align := ""
		switch {
		case isLeft && isRight:
			align = "center"
		case isLeft:
			align = "left"
		case isRight:
			align = "right"
		}
		aligns = append(aligns, align)
	}
	return aligns
}

// row adds a row.
func (t *table) row(line string) {
	row := cells(line)
	if len(t.rows)*len(t.aligns) > mostCells {
		return
	}
	for len(row) < len(t.aligns) {
		row = append(row, "")
	}
	t.rows = append(t.rows, row[:len(t.aligns)])
}

// cells takes a line apart at its bars. A bar with a backslash before it is
// part of a cell, also within code.
func cells(line string) (all []string) {
	line = strings.Trim(line, " \t")
	line = strings.TrimPrefix(line, "|")
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == '|':
			b.WriteByte('|')
			i++
		case line[i] == '\\' && i+1 < len(line):
			b.WriteString(line[i : i+2])
			i++
		case line[i] == '|':
			all = append(all, strings.Trim(b.String(), " \t"))
			b.Reset()
			if strings.Trim(line[i+1:], " \t") == "" {
				return all
			}
		default:
			b.WriteByte(line[i])
		}
	}
	return append(all, strings.Trim(b.String(), " \t"))
}
