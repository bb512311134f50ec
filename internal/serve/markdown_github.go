package serve

import (
	"github.com/yuin/goldmark/ast"
	github "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A strikeParser finds text that is struck out (GitHub Flavored Markdown, 6.5).
type strikeParser struct{}

// Trigger is the sign before and behind it.
func (strikeParser) Trigger() []byte { return []byte{'~'} }

// IsDelimiter says which sign goldmark is to pair.
func (strikeParser) IsDelimiter(c byte) bool { return c == '~' }

// CanOpenCloser wants as many signs behind as before.
func (strikeParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char && opener.OriginalLength == closer.OriginalLength
}

// OnMatch makes what stands between them.
func (strikeParser) OnMatch(int) ast.Node { return github.NewStrikethrough() }

// Parse reads one or two signs. Three and more are text.
func (s strikeParser) Parse(_ ast.Node, block goldtext.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	sign := parser.ScanDelimiter(line, before, 1, s)
	if sign == nil || sign.OriginalLength > 2 || before == '~' {
		return nil
	}
	sign.Segment = segment.WithStop(segment.Start + sign.OriginalLength)
	block.Advance(sign.OriginalLength)
	pc.PushDelimiter(sign)
	return sign
}

// A taskParser finds the box of an item of a task list (GitHub Flavored
// Markdown, 5.3).
type taskParser struct{}

// Trigger is what a box begins with.
func (taskParser) Trigger() []byte { return []byte{'['} }

// Parse reads a box, where an item begins.
func (taskParser) Parse(parent ast.Node, block goldtext.Reader, _ parser.Context) ast.Node {
	item := parent.Parent()
	if item == nil || item.Kind() != ast.KindListItem || item.FirstChild() != parent || parent.HasChildren() {
		return nil
	}
	line, _ := block.PeekLine()
	if len(line) < 4 || line[2] != ']' || !util.IsSpace(line[3]) {
		return nil
	}
	switch line[1] {
	case ' ', 'x', 'X':
		block.Advance(3)
		block.SkipSpaces()
		return github.NewTaskCheckBox(line[1] != ' ')
	}
	return nil
}

// A githubRenderer writes what goldmark's own does not know.
type githubRenderer struct{}

// RegisterFuncs tells goldmark how each is written.
func (githubRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	for _, of := range []struct {
		kind        ast.NodeKind
		open, close string
	}{
		{github.KindStrikethrough, "<del>", "</del>"},
		{github.KindTable, "<table>\n", "</table>\n"},
		{github.KindTableHeader, "<thead>\n<tr>\n", "</tr>\n</thead>\n"},
		{github.KindTableRow, "<tr>\n", "</tr>\n"}, // in a tbody that HTML lets one leave out
		{ast.KindHTMLBlock, "", ""},
		{ast.KindRawHTML, "", ""}, // goldmark would write a comment that says so
	} {
		r.Register(of.kind, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
			tag := of.close
			if entering {
				tag = of.open
			}
			_, err := w.WriteString(tag)
			return ast.WalkContinue, err
		})
	}
	r.Register(github.KindTableCell, writeCell)
	r.Register(github.KindTaskCheckBox, writeBox)
}

func writeBox(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	box := `<input disabled="" type="checkbox"> `
	if n.(*github.TaskCheckBox).IsChecked {
		box = `<input checked="" disabled="" type="checkbox"> `
	}
	if entering {
		w.WriteString(box) // its error comes at Flush
	}
	return ast.WalkContinue, nil
}
