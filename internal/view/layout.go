package view

import "strings"

// gutter stands between two columns.
const gutter = "  "

// narrowest is how far a column is shortened before rows take more lines
// instead: enough for a name and a PID.
const narrowest = 24

// A layout says where the cells of each row go: the first ones under each
// other, and what then has no room on lines of its own below.
type layout struct {
	columns []Column
	indent  string
	widths  []int
	abreast int // how many columns stand under each other
	room    int // for the lines below; 0 if there are none
}

// fit lays cells out for a terminal so wide. Columns that may be cut are
// shortened first, those at the end before the others; if that is not enough,
// each row takes several lines. Without a terminal nothing is cut or moved.
func fit(columns []Column, cells [][]string, width int) layout {
	l := layout{columns: columns, widths: make([]int, len(columns)), abreast: len(columns)}
	for i, c := range columns {
		l.widths[i] = widthOf(c.Title)
		for _, row := range cells {
			l.widths[i] = max(l.widths[i], widthOf(row[i]))
		}
	}
	if width <= 0 || l.shorten(width) {
		return l
	}
	for l.abreast > 1 && l.wants() > width {
		l.abreast--
	}
	l.room = max(1, width-l.step())
	return l
}

// wants returns how wide the columns are that stand under each other.
func (l *layout) wants() int {
	n := len(gutter) * (l.abreast - 1)
	for _, w := range l.widths[:l.abreast] {
		n += w
	}
	return n
}

// shorten takes width from columns that may be cut, if that makes all fit. It
// reports whether they do.
func (l *layout) shorten(width int) bool {
	over := l.wants() - width
	less := append([]int(nil), l.widths...)
	for i := len(less) - 1; i >= 0 && over > 0; i-- {
		if !l.columns[i].cut {
			continue
		}
		n := min(over, max(0, less[i]-narrowest))
		less[i] -= n
		over -= n
	}
	if over > 0 {
		return false
	}
	l.widths = less
	return true
}

// step is how far the lines below are indented, so that the eye can run down
// the first column.
func (l *layout) step() int { return l.widths[0] + len(gutter) }

// write adds one row.
func (l *layout) write(p *page, cells []string, tint func(int) style, o Options) {
	var b strings.Builder
	b.WriteString(l.indent)
	for i, text := range cells[:l.abreast] {
		if o.Width > 0 && l.room == 0 {
			text = cut(text, l.widths[i])
		}
		b.WriteString(o.paint(tint(i), text))
		if i < l.abreast-1 {
			b.WriteString(pad("", l.widths[i]-widthOf(text)) + gutter)
		}
	}
	p.linef("%s", b.String())
	if l.room > 0 {
		l.writeBelow(p, cells, tint, o)
	}
}

// writeBelow adds the cells that have no room abreast, one after another.
// Empty ones take none here.
func (l *layout) writeBelow(p *page, cells []string, tint func(int) style, o Options) {
	line, used := "", 0
	flush := func() {
		if line != "" {
			p.linef("%s", l.indent+pad("", l.step())+line)
		}
		line, used = "", 0
	}
	for i := l.abreast; i < len(cells); i++ {
		text := cells[i]
		if text == "" {
			continue
		}
		if l.columns[i].cut {
			text = cut(text, l.room)
		}
		n := widthOf(text)
		if used > 0 && used+len(gutter)+n > l.room {
			flush()
		}
		if used > 0 {
			line += gutter
			used += len(gutter)
		}
		line += o.paint(tint(i), text)
		used += n
	}
	flush()
}
