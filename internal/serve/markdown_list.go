package serve

import (
	"bytes"
	"strconv"
)

// openItem opens an item, and a list around it if it does not go on with one
// (5.2 and 5.3).
func openItem(r *blockReader, c *cursor, at *block) *block {
	columns, next := c.indent()
	m, size := marker(c.line[next:])
	if size == 0 {
		return nil
	}
	rest := c.line[next+size:]
	isEmpty := len(bytes.TrimLeft(rest, " \t")) == 0
	switch {
	case !isEmpty && rest[0] != ' ' && rest[0] != '\t':
		return nil
	case at.kind == paragraphBlock && (isEmpty || m.ordered && m.start != 1):
		return nil // only a list that begins with 1 interrupts a paragraph
	}
	c.skipSpace()
	c.take(size)
	pad, _ := c.indent()
	if isEmpty || pad > tabStop {
		pad = 1
	}
	c.skip(pad)
	in := at
	for in.kind == paragraphBlock || in.kind == tableBlock {
		in = in.parent
	}
	if l := in; l.kind != listBlock || l.mark != m.mark || l.ordered != m.ordered {
		if l.kind == listBlock {
			in = l.parent
		}
		in = r.open(in, listBlock)
		in.mark, in.ordered, in.start = m.mark, m.ordered, m.start
	}
	b := r.open(in, itemBlock)
	b.indent = columns + size + pad
	if isEmpty {
		r.isNew = b
	}
	return b
}

// marker reads what an item begins with.
func marker(line []byte) (m block, size int) {
	if len(line) == 0 {
		return m, 0
	}
	if bytes.IndexByte([]byte("-+*"), line[0]) >= 0 {
		return block{mark: line[0]}, 1
	}
	n := 0
	for n < len(line) && n < 10 && '0' <= line[n] && line[n] <= '9' {
		n++
	}
	if n == 0 || n > 9 || n == len(line) || line[n] != '.' && line[n] != ')' {
		return m, 0
	}
	number, _ := strconv.Atoi(string(line[:n])) // nine digits are a number
	return block{ordered: true, mark: line[n], start: number}, n + 1
}

// note notes blank lines, which make a list loose.
func (r *blockReader) note(at *block, isBlank bool) {
	if n := len(at.blocks); isBlank && n > 0 {
		at.blocks[n-1].endsBare = true
	}
	bare := isBlank && at.kind != quoteBlock && !(at.kind == codeBlock && at.level > 0) && at != r.isNew
	for b := at; b != nil; b = b.parent {
		b.endsBare = bare
	}
}

// isLoose reports whether blank lines stand between the items of a list, or
// between blocks of one of them (5.3).
func (b *block) isLoose() bool {
	for i, item := range b.blocks {
		isLast := i == len(b.blocks)-1
		if !isLast && item.endsBlank() {
			return true
		}
		for j, sub := range item.blocks {
			if !(isLast && j == len(item.blocks)-1) && sub.endsBlank() {
				return true
			}
		}
	}
	return false
}

func (b *block) endsBlank() bool {
	for ; b != nil; b = b.blocks[len(b.blocks)-1] {
		if b.endsBare {
			return true
		}
		if b.kind != listBlock && b.kind != itemBlock || len(b.blocks) == 0 {
			return false
		}
	}
	return false
}
