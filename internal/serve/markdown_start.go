package serve

import (
	"bytes"
	"strings"
)

// beginnings are how blocks begin, in the order they are tried (CommonMark 0.31,
// appendix). Each looks at a line whose space is not taken yet, and opens a block
// in at if the line begins one. Setext headings and tables are made of the
// paragraph that they end.
var beginnings = []func(r *blockReader, c *cursor, at *block) *block{
	openQuote, openATX, openFence, openHTML, openSetext, openTable, openRule, openItem,
}

// begin opens the blocks that a line begins, and reports whether there is one.
func (r *blockReader) begin(c *cursor, at **block, whole bool) (begun bool) {
	for (*at).kind != codeBlock && (*at).kind != htmlBlock {
		columns, _ := c.indent()
		if columns >= tabStop {
			if !c.isBlank() && (*at).kind != paragraphBlock && (*at).kind != tableBlock && (whole || begun || r.tip().kind != paragraphBlock) {
				c.skip(tabStop)
				*at, begun = r.open(*at, codeBlock), true
			}
			return begun
		}
		var next *block
		for _, open := range beginnings {
			if next = open(r, c, *at); next != nil {
				break
			}
		}
		if next == nil {
			return begun
		}
		*at, begun = next, true
		if !next.kind.isContainer() {
			return true
		}
	}
	return begun
}

func openQuote(r *blockReader, c *cursor, at *block) *block {
	if c.peek() != '>' {
		return nil
	}
	c.skipSpace()
	c.take(1)
	c.skip(1)
	return r.open(at, quoteBlock)
}

// openATX opens a heading that begins with # (4.2).
func openATX(r *blockReader, c *cursor, at *block) *block {
	_, next := c.indent()
	line := c.line[next:]
	n := runOf(line, '#')
	if n == 0 || n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return nil
	}
	text := strings.Trim(string(line[n:]), " \t")
	if bare := strings.TrimRight(text, "#"); bare == "" || strings.HasSuffix(bare, " ") || strings.HasSuffix(bare, "\t") {
		text = strings.TrimRight(bare, " \t")
	}
	b := r.open(at, headingBlock)
	b.level = n
	b.lines.WriteString(text)
	c.at = len(c.line)
	return b
}

// openFence opens a code block (4.5).
func openFence(r *blockReader, c *cursor, at *block) *block {
	columns, next := c.indent()
	fence := c.peek()
	if fence != '`' && fence != '~' {
		return nil
	}
	n := runOf(c.line[next:], fence)
	info := strings.Trim(string(c.line[next+n:]), " \t")
	if n < 3 || fence == '`' && strings.Contains(info, "`") {
		return nil
	}
	b := r.open(at, codeBlock)
	b.level, b.fence, b.indent, b.info = n, fence, columns, unescape(info)
	c.at = len(c.line)
	r.isDone = true
	return b
}

// openSetext makes a heading of the paragraph above a line of = or - (4.3).
func openSetext(r *blockReader, c *cursor, at *block) *block {
	sign := c.peek()
	if at.kind != paragraphBlock || sign != '=' && sign != '-' {
		return nil
	}
	_, next := c.indent()
	n := runOf(c.line[next:], sign)
	if len(bytes.TrimRight(c.line[next+n:], " \t")) > 0 {
		return nil
	}
	text := r.define(at.lines.String())
	if text == "" {
		return nil
	}
	at.kind, at.level = headingBlock, 2
	if sign == '=' {
		at.level = 1
	}
	at.lines.Reset()
	at.lines.WriteString(strings.TrimRight(text, " \t\n"))
	c.at = len(c.line)
	return at
}

// openRule opens a line across the page (4.1).
func openRule(r *blockReader, c *cursor, at *block) *block {
	if !isRule(c) {
		return nil
	}
	c.at = len(c.line)
	return r.open(at, ruleBlock)
}

func isRule(c *cursor) bool {
	sign := c.peek()
	if sign != '*' && sign != '-' && sign != '_' {
		return false
	}
	n := 0
	for _, b := range c.line[c.at:] {
		switch b {
		case sign:
			n++
		case ' ', '\t':
		default:
			return false
		}
	}
	return n >= 3
}
