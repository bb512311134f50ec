package serve

import "strings"

// A bracket is a [ that may begin a link.
type bracket struct {
	before  *bracket
	phrase  *phrase
	signs   *sign // before it
	at      int   // behind it
	isImage bool
	isDead  bool // a link would have a link in it
}

func (in *inliner) bang() {
	if strings.HasPrefix(in.text[in.at:], "![") {
		in.push(true)
		return
	}
	in.literal(1)
}

func (in *inliner) open() { in.push(false) }

func (in *inliner) push(isImage bool) {
	n := 1
	if isImage {
		n = 2
	}
	s := in.literal(n)
	in.brackets = &bracket{before: in.brackets, phrase: s, signs: in.signs, at: in.at, isImage: isImage}
}

// close reads a ], which ends the text of a link if one began and if it leads
// somewhere.
func (in *inliner) close() {
	b := in.brackets
	if b == nil {
		in.literal(1)
		return
	}
	in.brackets = b.before
	l, next, ok := in.target(b)
	if !ok || b.isDead && !b.isImage {
		in.literal(1)
		return
	}
	in.pair(b.signs)
	kind := linkPhrase
	if b.isImage {
		kind = imagePhrase
	} else {
		for o := in.brackets; o != nil && !o.isDead; o = o.before {
			o.isDead = true // a link has no link in it, and what is before a dead one is dead
		}
	}
	b.phrase.kind, b.phrase.text, b.phrase.link = kind, "", l
	in.enclose(b.phrase, in.tail)
	in.at = next
}

// enclose puts what stands behind a phrase, up to last, into it.
func (in *inliner) enclose(s, last *phrase) {
	if s == last {
		return
	}
	s.first = s.next
	s.first.prev = nil
	s.next = last.next
	last.next = nil
	if s.next == nil {
		in.tail = s
	} else {
		s.next.prev = s
	}
}

// target finds where a link leads whose text ends here.
func (in *inliner) target(b *bracket) (l link, next int, ok bool) {
	if l, next, ok := in.inlineTarget(in.at + 1); ok {
		return l, next, true
	}
	label, next := "", in.at+1
	if strings.HasPrefix(in.text[next:], "[") {
		if found, n := readLabel(in.text[next:]); n > 0 {
			label, next = found, next+n
		} else if strings.HasPrefix(in.text[next:], "[]") {
			next += 2
		}
	}
	if label == "" && in.at-b.at <= mostLabel {
		// A label has no bracket in it: then it is a link's text.
		if found, n := readLabel(in.text[b.at-1 : in.at+1]); n == in.at+2-b.at {
			label = found
		}
	}
	l, ok = in.links[label]
	return l, next, ok && label != ""
}

// inlineTarget reads (where "and what").
func (in *inliner) inlineTarget(at int) (l link, next int, ok bool) {
	if at >= len(in.text) || in.text[at] != '(' {
		return l, 0, false
	}
	at = spaces(in.text, at+1)
	if at < len(in.text) && in.text[at] != ')' {
		if l.to, at, ok = readDestination(in.text, at); !ok {
			return l, 0, false
		}
		if after := spaces(in.text, at); after > at {
			at = after
			if title, after, ok := readTitle(in.text, at); ok {
				l.title, at = title, spaces(in.text, after)
			}
		}
	}
	if at >= len(in.text) || in.text[at] != ')' {
		return l, 0, false
	}
	return l, at + 1, true
}
