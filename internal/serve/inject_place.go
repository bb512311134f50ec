package serve

import (
	"bytes"
	"strings"
)

// A placer finds where the snippet goes in a page that is being written:
// behind the doctype, since anything before it makes browsers take the page
// for one of the last century (HTML, 13.2.6.4.1). Before a doctype there may
// be a byte order mark, white space and comments. A page without a doctype
// gets the snippet where its content begins, which changes nothing for it.
//
// Nothing else of the page is looked at, so no broken markup can mislead it.
type placer struct {
	step step   // what reads on; nil at the beginning
	word string // what of a declaration's beginning was read
	held []byte // what may have to stand behind the snippet
}

// A step reads on at b, which is not empty. It returns how much it read, none
// if it takes more to tell, and what reads on behind that: nil means that the
// snippet goes there.
type step func(p *placer, b []byte) (n int, next step)

// split takes what comes next of a page. It returns what goes out before the
// snippet and, if its place was found, what goes out behind it.
func (p *placer) split(b []byte) (before, after []byte, found bool) {
	if p.step == nil {
		p.step = atMark
	}
	if len(p.held) > 0 {
		b = append(p.held, b...)
		p.held = nil
	}
	for at := 0; at < len(b); {
		n, next := p.step(p, b[at:])
		switch at += n; {
		case next == nil:
			return b[:at], b[at:], true
		case n == 0:
			p.held = bytes.Clone(b[at:])
			return b[:at], nil, false
		}
		p.step = next
	}
	return b, nil, false
}

// end returns the end of a page whose place was not found. It is as long as
// the snippet, and what was held.
func (p *placer) end() []byte {
	for _, m := range wideMarks {
		if p.word == m.mark {
			return []byte(strings.Repeat(m.space, len(snippet)/len(m.space)))
		}
	}
	return append([]byte(snippet), p.held...)
}

// mark is the byte order mark in UTF-8.
const mark = "\xEF\xBB\xBF"

// wideMarks begin pages in UTF-16 (Encoding Standard, 6). The snippet would be
// no markup in such a page, which therefore ends in white space of the same
// length.
var wideMarks = []struct{ mark, space string }{
	{"\xFE\xFF", "\x00 "},
	{"\xFF\xFE", " \x00"},
}

// atMark reads a byte order mark.
func atMark(p *placer, b []byte) (int, step) {
	for _, m := range wideMarks {
		switch {
		case bytes.HasPrefix(b, []byte(m.mark)):
			p.word = m.mark
			return len(b), inWide
		case strings.HasPrefix(m.mark, string(b)):
			return 0, atMark
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte(mark)):
		return len(mark), atBlank
	case len(b) < len(mark) && strings.HasPrefix(mark, string(b)):
		return 0, atMark
	}
	return atBlank(p, b)
}

// inWide reads all there is.
func inWide(_ *placer, b []byte) (int, step) { return len(b), inWide }

// atBlank reads white space and the beginning of markup, until content begins.
func atBlank(p *placer, b []byte) (int, step) {
	switch {
	case strings.IndexByte(" \t\n\f\r", b[0]) >= 0:
		return 1, atBlank
	case b[0] != '<':
		return 0, nil
	case len(b) == 1:
		return 0, atBlank
	case b[1] == '!':
		p.word = ""
		return 2, inWord
	case b[1] == '?':
		return 2, inOther // the first line of XML, say, is a comment here
	}
	return 0, nil
}

// inWord reads what is declared (HTML, 13.2.5.42).
func inWord(p *placer, b []byte) (int, step) {
	word := p.word + strings.ToLower(string(b[:1]))
	switch {
	case word == "doctype":
		return 1, inDoctype
	case word == "--":
		return 1, atComment
	case strings.HasPrefix("doctype", word), strings.HasPrefix("--", word):
		p.word = word
		return 1, inWord
	}
	return inOther(p, b)
}

// inDoctype reads up to its end, which is the first ">" even between quotes
// (HTML, 13.2.5.59).
func inDoctype(p *placer, b []byte) (int, step) {
	if b[0] == '>' {
		return 1, behind
	}
	return 1, inDoctype
}

// behind reads nothing: the place is here.
func behind(*placer, []byte) (int, step) { return 0, nil }

// inOther reads a declaration that is none, and counts as a comment.
func inOther(_ *placer, b []byte) (int, step) {
	if b[0] == '>' {
		return 1, atBlank
	}
	return 1, inOther
}
