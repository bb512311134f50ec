package serve

import (
	"slices"
	"strings"
)

// ofHTML are the elements that begin a block of HTML which a blank line ends
// (4.6, kind 6). What is in a block is left out, so it matters only where it
// ends.
var ofHTML = []string{
	"address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center", "col",
	"colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
	"footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html",
	"iframe", "legend", "li", "link", "main", "menu", "menuitem", "nav", "noframes", "ol", "optgroup",
	"option", "p", "param", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
	"title", "tr", "track", "ul",
}

// endsOfHTML are how other blocks of HTML begin and end (4.6, kinds 1 to 5).
var endsOfHTML = []struct{ begins, ends string }{
	{"<script", "</script>"}, {"<pre", "</pre>"}, {"<style", "</style>"}, {"<textarea", "</textarea>"},
	{"<!--", "-->"}, {"<?", "?>"}, {"<![cdata[", "]]>"}, {"<!", ">"},
}

// openHTML opens a block of HTML.
func openHTML(r *blockReader, c *cursor, at *block) *block {
	if c.peek() != '<' {
		return nil
	}
	_, next := c.indent()
	text := string(c.line[next:])
	lower := strings.ToLower(text)
	for _, e := range endsOfHTML {
		rest, ok := strings.CutPrefix(lower, e.begins)
		isName := e.begins[1] >= 'a'
		if !ok || isName && rest != "" && !strings.ContainsAny(rest[:1], " \t>") || e.begins == "<!" && (rest == "" || rest[0] < 'a' || rest[0] > 'z') {
			continue
		}
		b := r.open(at, htmlBlock)
		b.ends = e.ends
		return b
	}
	name := strings.TrimPrefix(lower[1:], "/")
	name = name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz0123456789"))]
	rest := strings.TrimPrefix(lower[1:], "/")[len(name):]
	if slices.Contains(ofHTML, name) && (rest == "" || strings.ContainsAny(rest[:1], " \t>") || strings.HasPrefix(rest, "/>")) {
		return r.open(at, htmlBlock)
	}
	if n := tagSize(text); at.kind != paragraphBlock && n > 0 && text[1] != '!' && text[1] != '?' && strings.Trim(text[n:], " \t") == "" {
		return r.open(at, htmlBlock) // any tag that stands alone (kind 7)
	}
	return nil
}
