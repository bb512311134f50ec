package serve

// A cursor reads one line of a document from left to right. Tabs stand for
// spaces up to the next column that four divides (CommonMark 0.31, 2.2), and
// a container can take a part of one.
type cursor struct {
	line   []byte // without its end
	at     int    // the next byte
	column int    // as a person counts, from 0
	rest   int    // spaces left of a tab that was taken in part
}

// tabStop is how far tabs are apart.
const tabStop = 4

// indent returns how many columns of space are next, and where the first byte
// behind them is.
func (c *cursor) indent() (columns, next int) {
	columns, column := c.rest, c.column+c.rest
	for next = c.at; next < len(c.line); next++ {
		width := 1
		switch c.line[next] {
		case ' ':
		case '\t':
			width = tabStop - column%tabStop
		default:
			return columns, next
		}
		columns, column = columns+width, column+width
	}
	return columns, next
}

// isBlank reports whether nothing but space is left.
func (c *cursor) isBlank() bool {
	_, next := c.indent()
	return next == len(c.line)
}

// peek returns the first byte that is no space; 0 at the end.
func (c *cursor) peek() byte {
	if _, next := c.indent(); next < len(c.line) {
		return c.line[next]
	}
	return 0
}

// skip takes up to so many columns of space.
func (c *cursor) skip(columns int) {
	for columns > 0 {
		if c.rest > 0 {
			n := min(c.rest, columns)
			c.rest, c.column, columns = c.rest-n, c.column+n, columns-n
			continue
		}
		if c.at == len(c.line) {
			return
		}
		switch c.line[c.at] {
		case ' ':
			c.rest = 1
		case '\t':
			c.rest = tabStop - c.column%tabStop
		default:
			return
		}
		c.at++
	}
}

// skipSpace takes all space.
func (c *cursor) skipSpace() {
	columns, _ := c.indent()
	c.skip(columns)
}

// take takes bytes that are no tabs.
func (c *cursor) take(n int) { c.at, c.column = c.at+n, c.column+n }

// text returns what is left, with the rest of a tab as spaces.
func (c *cursor) text() string {
	return "    "[:c.rest] + string(c.line[c.at:])
}
