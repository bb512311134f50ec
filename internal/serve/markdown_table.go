package serve

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	github "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// mostCells is how many cells a document has before rows that are too short are
// no longer filled up: short rows below a long head would make much of little.
const mostCells = 100_000

// tables finds tables in paragraphs (GitHub Flavored Markdown, 4.10).
type tables struct{ cells int }

// Transform makes a table of the end of a paragraph that is one.
func (t *tables) Transform(p *ast.Paragraph, reader goldtext.Reader, _ parser.Context) {
	lines, source := p.Lines(), reader.Source()
	for i := 1; i < lines.Len(); i++ {
		line := lines.At(i)
		aligns := readAligns(line.Value(source))
		if aligns == nil || len(aligns) != len(cells(lines.At(i-1), source)) {
			continue
		}
		table := github.NewTable()
		table.AppendChild(table, github.NewTableHeader(t.row(lines.At(i-1), aligns, source)))
		for j := i + 1; j < lines.Len(); j++ {
			table.AppendChild(table, t.row(lines.At(j), aligns, source))
		}
		p.Parent().InsertAfter(p.Parent(), p, table)
		if i == 1 {
			p.Parent().RemoveChild(p.Parent(), p)
			return
		}
		lines.SetSliced(0, i-1)
		last := lines.At(i - 2)
		lines.Set(i-2, last.TrimRightSpace(source))
		return
	}
}

// readAligns reads the line below the head, such as |---|:-:|; nil if it is none.
func readAligns(line []byte) (aligns []github.Alignment) {
	line = bytes.TrimSpace(line)
	if len(bytes.Trim(line, "|:- \t")) > 0 || !bytes.ContainsAny(line, "|:") {
		return nil
	}
	line = bytes.TrimSuffix(bytes.TrimPrefix(line, []byte("|")), []byte("|"))
	for cell := range bytes.SplitSeq(line, []byte("|")) {
		cell = bytes.TrimSpace(cell)
		dashes := bytes.Trim(cell, ":")
		if len(dashes) == 0 || len(bytes.Trim(dashes, "-")) > 0 || len(cell)-len(dashes) > 2 {
			return nil
		}
		isLeft, isRight := cell[0] == ':', cell[len(cell)-1] == ':'
		switch {
		case isLeft && isRight:
			aligns = append(aligns, github.AlignCenter)
		case isLeft:
			aligns = append(aligns, github.AlignLeft)
		case isRight:
			aligns = append(aligns, github.AlignRight)
		default:
			aligns = append(aligns, github.AlignNone)
		}
	}
	return aligns
}

// row makes a row with as many cells as the head has.
func (t *tables) row(line goldtext.Segment, aligns []github.Alignment, source []byte) *github.TableRow {
	row := github.NewTableRow(aligns)
	found := cells(line, source)
	for i, align := range aligns {
		if i >= len(found) && t.cells > mostCells {
			break
		}
		t.cells++
		cell := github.NewTableCell()
		cell.Alignment = align
		if i < len(found) {
			cell.Lines().AppendAll(found[i])
		}
		row.AppendChild(row, cell)
	}
	return row
}

// cells takes a line apart at its bars. A bar with a backslash before it is part
// of a cell. Within code a backslash would be seen, and is left out by making
// two pieces of the cell.
func cells(line goldtext.Segment, source []byte) (all [][]goldtext.Segment) {
	line = line.TrimLeftSpace(source)
	line = line.TrimRightSpace(source)
	var cell []goldtext.Segment
	var code, ticks int // how many ` have opened code; how many stand here
	from := line.Start
	end := func(at int) {
		cell, from = append(cell, goldtext.NewSegment(from, at)), at+1
	}
	for i := line.Start; i < line.Stop; i++ {
		switch c := source[i]; {
		case c == '`':
			if ticks++; i+1 < line.Stop && source[i+1] == '`' {
				continue
			}
			switch code {
			case 0:
				code = ticks
			case ticks:
				code = 0
			}
			ticks = 0
		case c == '\\' && i+1 < line.Stop:
			if code > 0 && source[i+1] == '|' {
				end(i)
			}
			if code == 0 || source[i+1] == '|' {
				i++
			}
		case c == '|' && i == line.Start:
			from++
		case c == '|':
			end(i)
			all = append(all, trimCell(cell, source))
			cell, code = nil, 0
		}
	}
	if from < line.Stop {
		end(line.Stop)
		all = append(all, trimCell(cell, source))
	}
	return all
}

// trimCell leaves out the spaces around a cell.
func trimCell(pieces []goldtext.Segment, source []byte) []goldtext.Segment {
	last := len(pieces) - 1
	pieces[0] = pieces[0].TrimLeftSpace(source)
	pieces[last] = pieces[last].TrimRightSpace(source)
	return pieces
}

// writeCell writes a cell. A style, which is what goldmark would write, would be
// refused by ownPolicy.
func writeCell(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	cell, name := n.(*github.TableCell), "td"
	if n.Parent().Kind() == github.KindTableHeader {
		name = "th"
	}
	switch {
	case !entering:
		w.WriteString("</" + name + ">\n") // its error comes at Flush
	case cell.Alignment == github.AlignNone:
		w.WriteString("<" + name + ">")
	default:
		w.WriteString("<" + name + ` align="` + cell.Alignment.String() + `">`)
	}
	return ast.WalkContinue, nil
}
