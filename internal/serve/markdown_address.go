package serve

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// An addressParser makes links of addresses in text (GitHub Flavored Markdown,
// 6.9).
type addressParser struct{}

// Trigger is what an address may follow. The space stands for all spaces, and for
// where a line or a text begins.
func (addressParser) Trigger() []byte { return []byte(" *_~(") }

// Parse reads an address.
func (addressParser) Parse(parent ast.Node, block goldtext.Reader, pc parser.Context) ast.Node {
	if pc.IsInLinkLabel() {
		return nil
	}
	line, edge := block.PeekLine()
	isBehind := isEdge(rune(line[0]))
	if isBehind {
		block.Advance(1)
	} else if !isEdge(block.PrecendingCharacter()) {
		return nil
	}
	line, at := block.PeekLine()
	kind, size, protocol := readAddress(line)
	if size == 0 {
		return nil
	}
	if isBehind {
		ast.MergeOrAppendTextSegment(parent, edge.Between(at))
	}
	block.Advance(size)
	link := ast.NewAutoLink(kind, ast.NewTextSegment(at.WithStop(at.Start+size)))
	link.Protocol = protocol
	return link
}

// isEdge reports whether an address may begin behind c.
func isEdge(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("*_~(", c) }

// begins are what addresses begin with, and the protocol of those that name none.
var begins = []struct{ text, protocol string }{{"https://", ""}, {"http://", ""}, {"www.", "http"}}

// readAddress reads an address that a line begins with. A size of 0 means that
// there is none.
func readAddress(line []byte) (kind ast.AutoLinkType, size int, protocol []byte) {
	for _, b := range begins {
		if n := len(b.text); len(line) > n && strings.EqualFold(string(line[:n]), b.text) && isHost(line[n]) {
			if b.protocol != "" {
				protocol = []byte(b.protocol)
			}
			return ast.AutoLinkURL, addressSize(line, n), protocol
		}
	}
	return ast.AutoLinkEmail, mailSize(line), nil
}

// isHost reports whether a host may begin with c.
func isHost(c byte) bool { return util.IsAlphaNumeric(c) || c >= 0x80 }

// mailSize returns how long an address of mail is.
func mailSize(line []byte) int {
	if len(line) == 0 || !util.IsAlphaNumeric(line[0]) {
		return 0
	}
	size := max(util.FindEmailIndex(line), 0)
	_, host, _ := bytes.Cut(line[:size], []byte("@"))
	if !bytes.Contains(host, []byte(".")) || size < len(line) && strings.IndexByte("-_", line[size]) >= 0 {
		return 0
	}
	return size
}

// addressSize returns how long an address is whose host begins at host: up to a
// space, but without the signs of the sentence that it stands in.
func addressSize(line []byte, host int) int {
	end := bytes.IndexFunc(line, func(r rune) bool { return r == '<' || unicode.IsSpace(r) })
	if end < 0 {
		end = len(line)
	}
	open := bytes.Count(line[:end], []byte("(")) - bytes.Count(line[:end], []byte(")"))
	for end > host+1 {
		switch c := line[end-1]; {
		case strings.IndexByte("?!.,:*_~'\"", c) >= 0:
		case c == ')' && open < 0:
			open++
		case c == ';':
			name := bytes.TrimRightFunc(line[:end-1], func(r rune) bool { return r < 0x80 && util.IsAlphaNumeric(byte(r)) })
			if len(name) == end-1 || len(name) <= host || name[len(name)-1] != '&' {
				return end
			}
			end = len(name)
		default:
			return end
		}
		end--
	}
	return end
}
