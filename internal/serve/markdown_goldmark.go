package serve

import (
	"bufio"
	"bytes"

	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// writeMarkdown writes a document as HTML, by CommonMark and what people know
// from where they keep their code: tables, task lists, strikethrough and bare
// links (GitHub Flavored Markdown). HTML in a document is left out, and links to
// javascript: and its like lead nowhere, which is what goldmark does unless told
// otherwise.
//
// The four are our own, on goldmark's core, because goldmark's extensions compile
// regular expressions whenever a program begins that they are in: 0.6 ms, for
// every command.
func writeMarkdown(out *bufio.Writer, source []byte) {
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n")) // goldmark would keep the \r in code
	document := markdownParser().Parse(goldtext.NewReader(source))
	nameHeadings(document, source)
	renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(html.NewRenderer(), 1000),
		util.Prioritized(githubRenderer{}, 500),
	)).Render(out, source, document) // its error is that of out, which keeps it until Flush
}

// markdownParser makes a parser for one document: it counts.
func markdownParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(
			util.Prioritized(definitions{}, 100),
			util.Prioritized(&tables{}, 200),
		),
		parser.WithInlineParsers( // those of goldmark in its own order
			util.Prioritized(taskParser{}, 0),
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(&paired{InlineParser: parser.NewLinkParser()}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400),
			util.Prioritized(&paired{InlineParser: parser.NewEmphasisParser()}, 500),
			util.Prioritized(&paired{InlineParser: strikeParser{}}, 500),
			util.Prioritized(addressParser{}, 999),
		),
	)
}
