package serve

import (
	"bufio"
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode"
)

// A renderer writes a document as HTML. All that it writes of the document
// goes through quoted or safe.
type renderer struct {
	out   *bufio.Writer
	links map[string]link
	ids   map[string]int // of headings, how often each was given
}

func (r *renderer) raw(s string) { r.out.WriteString(s) } // its error comes at Flush

func (r *renderer) quoted(s string) { r.raw(html.EscapeString(s)) }

// all writes the blocks in a block.
func (r *renderer) all(b *block, isTight bool) {
	for _, inner := range b.blocks {
		r.block(inner, isTight)
	}
}

func (r *renderer) block(b *block, isTight bool) {
	switch b.kind {
	case quoteBlock:
		r.raw("<blockquote>\n")
		r.all(b, false)
		r.raw("</blockquote>\n")
	case listBlock:
		r.list(b)
	case paragraphBlock:
		if isTight {
			r.inline(b.text)
			r.raw("\n")
			return
		}
		r.raw("<p>")
		r.inline(b.text)
		r.raw("</p>\n")
	case headingBlock:
		r.heading(b)
	case ruleBlock:
		r.raw("<hr>\n")
	case codeBlock:
		r.code(b)
	case tableBlock:
		r.table(b.table)
	}
}

func (r *renderer) list(b *block) {
	name := "ul"
	if b.ordered {
		name = "ol"
	}
	r.raw("<" + name)
	if b.ordered && b.start != 1 {
		r.raw(` start="` + strconv.Itoa(b.start) + `"`)
	}
	r.raw(">\n")
	for _, i := range b.blocks {
		r.raw("<li>")
		if len(i.blocks) > 0 && i.blocks[0].kind == paragraphBlock {
			i.blocks[0].text = r.task(i.blocks[0].text)
		} else if len(i.blocks) > 0 {
			r.raw("\n")
		}
		r.all(i, !b.loose)
		r.raw("</li>\n")
	}
	r.raw("</" + name + ">\n")
}

// task writes the box of an item of a task list (GitHub Flavored Markdown,
// 5.3), and returns the text behind it.
func (r *renderer) task(s string) string {
	if len(s) < 4 || s[0] != '[' || s[2] != ']' || s[3] != ' ' && s[3] != '\t' && s[3] != '\n' {
		return s
	}
	switch s[1] {
	case ' ':
		r.raw(`<input disabled="" type="checkbox"> `)
	case 'x', 'X':
		r.raw(`<input checked="" disabled="" type="checkbox"> `)
	default:
		return s
	}
	return strings.TrimLeft(s[3:], " \t\n")
}

func (r *renderer) heading(b *block) {
	phrases := readInline(b.text, r.links)
	fmt.Fprintf(r.out, "<h%d id=\"", b.level)
	r.quoted(r.id(plainText(phrases)))
	r.raw(`">`)
	linkUp(phrases)
	r.phrases(phrases)
	fmt.Fprintf(r.out, "</h%d>\n", b.level)
}

// id returns by what a heading can be linked to, as GitHub makes it of its text.
func (r *renderer) id(s string) string {
	id := strings.Map(func(c rune) rune {
		switch {
		case c == ' ' || c == '-':
			return '-'
		case c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c):
			return unicode.ToLower(c)
		}
		return -1
	}, strings.TrimSpace(s))
	if id == "" {
		id = "heading"
	}
	n := r.ids[id]
	for {
		r.ids[id]++
		if n == 0 {
			return id
		}
		numbered := id + "-" + strconv.Itoa(n)
		if r.ids[numbered] == 0 {
			r.ids[numbered]++
			return numbered
		}
		n = r.ids[id]
	}
}

func (r *renderer) code(b *block) {
	r.raw("<pre><code")
	if language, _, _ := strings.Cut(b.info, " "); language != "" {
		r.raw(` class="language-`)
		r.quoted(language)
		r.raw(`"`)
	}
	r.raw(">")
	r.quoted(b.text)
	r.raw("</code></pre>\n")
}

func (r *renderer) table(t *table) {
	r.raw("<table>\n<thead>\n")
	for i, row := range t.rows {
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		if i == 1 {
			r.raw("<tbody>\n")
		}
		r.raw("<tr>\n")
		for j, text := range row {
			r.raw("<" + cell)
			if t.aligns[j] != "" {
				r.raw(` align="` + t.aligns[j] + `"`) // a style would be refused by ownPolicy
			}
			r.raw(">")
			r.inline(text)
			r.raw("</" + cell + ">\n")
		}
		r.raw("</tr>\n")
		if i == 0 {
			r.raw("</thead>\n")
		}
	}
	if len(t.rows) > 1 {
		r.raw("</tbody>\n")
	}
	r.raw("</table>\n")
}

// writeMarkdown writes a document as HTML.
func writeMarkdown(out *bufio.Writer, source []byte) {
	root, links := readBlocks(source)
	r := renderer{out: out, links: links, ids: map[string]int{}}
	r.all(root, false)
}
