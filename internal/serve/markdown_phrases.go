package serve

import "strings"

// inline writes the text of a block.
func (r *renderer) inline(s string) {
	phrases := readInline(s, r.links)
	linkUp(phrases)
	r.phrases(phrases)
}

// wraps are the elements of phrases that hold others.
var wraps = [...]string{emphasisPhrase: "em", strongPhrase: "strong", deletedPhrase: "del"}

func (r *renderer) phrases(s *phrase) {
	for ; s != nil; s = s.next {
		switch s.kind {
		case textPhrase:
			r.quoted(s.text)
		case codePhrase:
			r.raw("<code>")
			r.quoted(s.text)
			r.raw("</code>")
		case softBreak:
			r.raw("\n")
		case hardBreak:
			r.raw("<br>\n")
		case linkPhrase:
			r.anchor(s)
		case imagePhrase:
			r.image(s)
		default:
			r.raw("<" + wraps[s.kind] + ">")
			r.phrases(s.first)
			r.raw("</" + wraps[s.kind] + ">")
		}
	}
}

// anchor writes a link; one that must lead nowhere is its text.
func (r *renderer) anchor(s *phrase) {
	to := safe(s.link.to, false)
	if to == "" && s.link.to != "" {
		r.phrases(s.first)
		return
	}
	r.raw(`<a href="`)
	r.quoted(to)
	r.title(s)
	r.phrases(s.first)
	r.raw("</a>")
}

func (r *renderer) image(s *phrase) {
	from := safe(s.link.to, true)
	if from == "" && s.link.to != "" {
		r.quoted(plainText(s.first))
		return
	}
	r.raw(`<img src="`)
	r.quoted(from)
	r.raw(`" alt="`)
	r.quoted(plainText(s.first))
	r.title(s)
}

// title ends an attribute and writes the title, if there is one.
func (r *renderer) title(s *phrase) {
	r.raw(`"`)
	if s.link.title != "" {
		r.raw(` title="`)
		r.quoted(s.link.title)
		r.raw(`"`)
	}
	r.raw(">")
}

// plainText is what is left of phrases without marks.
func plainText(s *phrase) string {
	var b strings.Builder
	for ; s != nil; s = s.next {
		switch s.kind {
		case softBreak, hardBreak:
			b.WriteByte(' ')
		default:
			b.WriteString(s.text)
			b.WriteString(plainText(s.first))
		}
	}
	return b.String()
}
