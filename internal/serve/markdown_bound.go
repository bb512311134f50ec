package serve

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	goldtext "github.com/yuin/goldmark/text"
)

// mostSigns is how many brackets, and how many stars, mean something in one
// paragraph; all further ones are text. At each that closes, goldmark looks at all
// that are open: without a bound, 128 KB of "_a*" take seconds, and twice as much
// four times as long.
const mostSigns = 1000

// paired is a parser of signs that come in pairs.
type paired struct {
	parser.InlineParser
	n int // in this paragraph
}

// Parse does what the parser within does.
func (p *paired) Parse(parent ast.Node, block goldtext.Reader, pc parser.Context) ast.Node {
	if p.n++; p.n > mostSigns {
		return nil
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// CloseBlock begins a new paragraph.
func (p *paired) CloseBlock(parent ast.Node, block goldtext.Reader, pc parser.Context) {
	p.n = 0
	if within, ok := p.InlineParser.(parser.CloseBlocker); ok {
		within.CloseBlock(parent, block, pc)
	}
}

// mostDefinitions is how many lines a paragraph may have that begins with what
// links lead to, such as "[name]: address". For each, goldmark moves all lines
// behind it.
const mostDefinitions = 6000

// definitions finds where links lead to.
type definitions struct{}

// Transform does what goldmark does.
func (definitions) Transform(p *ast.Paragraph, reader goldtext.Reader, pc parser.Context) {
	if p.Lines().Len() <= mostDefinitions {
		parser.LinkReferenceParagraphTransformer.Transform(p, reader, pc)
	}
}
