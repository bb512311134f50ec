package serve

import (
	"bytes"
	"strings"
)

// A block is a part of a document that stands on lines of its own
// (CommonMark 0.31, 4 and 5).
type block struct {
	kind   blockKind
	parent *block
	blocks []*block // of a container
	text   string   // of a leaf; for a paragraph or a heading, what inlines are made of

	level   int    // of a heading; of a code block, how long its fence is, 0 for none
	fence   byte   // ` or ~
	indent  int    // of a fence; of an item, how far its content is from the left
	info    string // of a fence
	ends    string // of HTML: what its last line has in it; empty means a blank line
	ordered bool   // of a list
	mark    byte   // of a list: what stands behind a number, or the bullet
	start   int    // of a list: its first number
	loose   bool   // of a list: its items are paragraphs
	table   *table // of a table

	lines    strings.Builder // gathers text while the block is open
	isClosed bool
	endsBare bool // its last line is blank
}

type blockKind uint8

const (
	documentBlock blockKind = iota
	quoteBlock
	listBlock
	itemBlock
	paragraphBlock
	headingBlock
	ruleBlock
	codeBlock
	htmlBlock
	tableBlock
)

// isContainer reports whether blocks of this kind are made of others.
func (k blockKind) isContainer() bool { return k <= itemBlock }

// last returns the block that a line may go on with; nil if there is none.
func (b *block) last() *block {
	if len(b.blocks) == 0 || b.blocks[len(b.blocks)-1].isClosed {
		return nil
	}
	return b.blocks[len(b.blocks)-1]
}

// A reader of blocks reads a document line by line. It goes through each line
// once, and asks each container that is open whether the line goes on with it.
type blockReader struct {
	root  *block
	links map[string]link // by label

	// Of the line that is being read:
	isNew  *block // the item that it has begun
	isDone bool   // nothing of it is left
}

// readBlocks reads a document.
func readBlocks(source []byte) (root *block, links map[string]link) {
	r := &blockReader{root: &block{}, links: map[string]link{}}
	source = bytes.ReplaceAll(bytes.TrimPrefix(source, []byte("\ufeff")), []byte{0}, []byte("\ufffd")) // 2.3
	for line := range bytes.Lines(source) {
		r.read(&cursor{line: bytes.TrimRight(line, "\r\n")})
	}
	r.close(r.root)
	return r.root, r.links
}

// read takes in one line.
func (r *blockReader) read(c *cursor) {
	r.isNew, r.isDone = nil, false
	at, whole := r.follow(c)
	if at == nil {
		return // it was the end of a fence
	}
	tip := r.tip()
	begun := r.begin(c, &at, whole)
	switch isBlank := c.isBlank(); {
	case !begun && !whole && !isBlank && tip.kind == paragraphBlock:
		tip.add(strings.TrimLeft(c.text(), " \t")) // which a lazy writer goes on with (5.1)
	default:
		if !begun {
			r.closeBelow(at)
		}
		r.note(at, isBlank)
		if !r.isDone {
			r.put(c, at, isBlank)
		}
	}
}

// tip is the innermost block that is open.
func (r *blockReader) tip() *block {
	b := r.root
	for b.last() != nil {
		b = b.last()
	}
	return b
}

// follow goes down the open blocks as far as the line goes on with them. Whole
// reports whether it does with all.
func (r *blockReader) follow(c *cursor) (at *block, whole bool) {
	for at = r.root; at.last() != nil; at = at.last() {
		next := at.last()
		goes, isOver := next.goesOn(c)
		if isOver {
			r.close(next)
			return nil, true
		}
		if !goes {
			return at, false
		}
	}
	return at, true
}

// goesOn reports whether a line goes on with a block, and takes what belongs
// to the block of it. Over reports that the line ends it, and is nothing else.
func (b *block) goesOn(c *cursor) (goes, over bool) {
	columns, _ := c.indent()
	isBlank := c.isBlank()
	switch b.kind {
	case quoteBlock:
		if columns >= tabStop || c.peek() != '>' {
			return false, false
		}
		c.skipSpace()
		c.take(1)
		c.skip(1)
	case itemBlock:
		switch {
		case isBlank:
			if len(b.blocks) == 0 {
				return false, false // an item begins with one blank line at most (5.2)
			}
			c.skipSpace()
		case columns < b.indent:
			return false, false
		default:
			c.skip(b.indent)
		}
	case codeBlock:
		switch {
		case b.level == 0 && columns >= tabStop:
			c.skip(tabStop)
		case b.level == 0:
			c.skip(tabStop)
			return isBlank, false
		case columns < tabStop && b.isEnd(c):
			return false, true
		default:
			c.skip(b.indent)
		}
	case htmlBlock:
		return b.ends != "" || !isBlank, false
	case paragraphBlock, tableBlock:
		return !isBlank, false
	case headingBlock, ruleBlock:
		return false, false
	}
	return true, false
}

// isEnd reports whether the line is the fence that ends a code block.
func (b *block) isEnd(c *cursor) bool {
	_, next := c.indent()
	n := runOf(c.line[next:], b.fence)
	return n >= b.level && len(bytes.TrimRight(c.line[next+n:], " \t")) == 0
}

// runOf returns how often b begins with a sign.
func runOf(b []byte, sign byte) (n int) {
	for n < len(b) && b[n] == sign {
		n++
	}
	return n
}

// put puts what is left of a line where it belongs.
func (r *blockReader) put(c *cursor, at *block, isBlank bool) {
	switch {
	case at.kind == codeBlock:
		at.add(c.text())
	case at.kind == htmlBlock:
		at.add(c.text())
		if at.ends != "" && strings.Contains(strings.ToLower(c.text()), at.ends) {
			r.close(at)
		}
	case at.kind == tableBlock:
		at.table.row(c.text())
	case isBlank || !at.kind.isContainer() && at.kind != paragraphBlock:
	case at.kind == paragraphBlock:
		at.add(strings.TrimLeft(c.text(), " \t"))
	default:
		c.skipSpace()
		r.open(at, paragraphBlock).add(c.text())
	}
}

// add adds a line.
func (b *block) add(line string) {
	b.lines.WriteString(line)
	b.lines.WriteByte('\n')
}

// open begins a block in another, or in the nearest around that which can have
// it.
func (r *blockReader) open(in *block, kind blockKind) *block {
	for !in.kind.isContainer() || in.kind == listBlock && kind != itemBlock {
		in = in.parent
	}
	r.closeBelow(in)
	b := &block{kind: kind, parent: in}
	in.blocks = append(in.blocks, b)
	return b
}

// closeBelow ends what is open in a block.
func (r *blockReader) closeBelow(b *block) {
	if last := b.last(); last != nil {
		r.close(last)
	}
}

// close ends a block, and all that is open in it.
func (r *blockReader) close(b *block) {
	r.closeBelow(b)
	b.isClosed = true
	b.text = b.lines.String()
	switch b.kind {
	case paragraphBlock:
		b.text = strings.TrimRight(r.define(b.text), " \t\n")
		if b.text == "" {
			b.remove()
		}
	case codeBlock:
		if b.level == 0 {
			for { // blank lines at its end are none of it (4.4)
				rest, last, ok := cutLastLine(b.text)
				if !ok || strings.Trim(last, " \t\n") != "" {
					break
				}
				b.text = rest
			}
		}
	case listBlock:
		b.loose = b.isLoose()
	}
}

// cutLastLine takes the last line off a text.
func cutLastLine(s string) (rest, last string, ok bool) {
	at := strings.LastIndexByte(strings.TrimSuffix(s, "\n"), '\n') + 1
	return s[:at], s[at:], s != ""
}

// remove takes a block out of the one around it, of which it is the last.
func (b *block) remove() {
	b.parent.blocks = b.parent.blocks[:len(b.parent.blocks)-1]
}
