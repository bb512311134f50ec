package serve

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// nameHeadings gives each heading what it can be linked to by.
func nameHeadings(document ast.Node, source []byte) {
	taken := map[string]int{}
	ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Kind() != ast.KindHeading || !entering {
			return ast.WalkContinue, nil
		}
		n.SetAttributeString("id", []byte(headingID(headingText(n, source), taken)))
		return ast.WalkSkipChildren, nil
	})
}

// headingText returns the text of a heading without its markup.
func headingText(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Value(source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// headingID returns the id that GitHub makes of the text of a heading. Taken is
// how often each was asked for.
func headingID(text string, taken map[string]int) string {
	id := strings.Map(func(c rune) rune {
		switch {
		case c == ' ' || c == '-':
			return '-'
		case c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c):
			return unicode.ToLower(c)
		}
		return -1
	}, strings.TrimSpace(text))
	if id == "" {
		id = "heading"
	}
	free := id
	for taken[free] > 0 {
		free = id + "-" + strconv.Itoa(taken[id])
		taken[id]++
	}
	taken[free]++
	return free
}
