package serve

import (
	"bufio"
	"html"
)

// A literal is markup that stands in the source. A string that comes from
// elsewhere does not become one by itself, so the compiler sees to it that
// foreign text goes through text.
type literal string

// markup writes a page piece by piece, for pages that are sent while they come
// to be.
type markup struct{ out *bufio.Writer }

func (m markup) raw(parts ...literal) {
	for _, p := range parts {
		m.out.WriteString(string(p))
	}
}

// text writes foreign text: between elements, or in an attribute in double
// quotes.
func (m markup) text(s string) { m.out.WriteString(html.EscapeString(s)) }
