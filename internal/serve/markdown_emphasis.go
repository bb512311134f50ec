package serve

import (
	"unicode"
	"unicode/utf8"
)

// A sign is a run of *, _ or ~ that may begin or end emphasis (CommonMark
// 0.31, 6.2; GitHub's strikethrough).
type sign struct {
	before, after *sign
	phrase        *phrase
	char          byte
	left          int // signs that are not used yet
	size          int // at first
	opens, closes bool
}

// emphasis reads a run of signs.
func (in *inliner) emphasis() {
	char := in.text[in.at]
	n := runEnd(in.text, in.at, string(char)) - in.at
	before, behind := in.around(in.at, in.at+n)
	opens := !isSpace(behind) && (!isMark(behind) || isSpace(before) || isMark(before))
	closes := !isSpace(before) && (!isMark(before) || isSpace(behind) || isMark(behind))
	if char == '_' { // not within a word
		opens, closes = opens && (!closes || isMark(before)), closes && (!opens || isMark(behind))
	}
	if char == '~' && n > 2 {
		opens, closes = false, false
	}
	s := &sign{before: in.signs, phrase: in.literal(n), char: char, left: n, size: n, opens: opens, closes: closes}
	if !opens && !closes {
		return
	}
	if in.signs != nil {
		in.signs.after = s
	}
	in.signs = s
}

// A bottom is down to where no sign is left that a closing one could pair with.
type bottom struct {
	char  byte
	opens bool
	size  int
}

// pair pairs the signs behind the given one, and forgets them. What it has
// searched in vain is not searched again, so that it takes time by the length
// of the text (CommonMark 0.31, appendix).
func (in *inliner) pair(until *sign) {
	bottoms := map[bottom]*sign{}
	closer := in.signs
	for closer != nil && closer.before != until {
		closer = closer.before
	}
	if in.signs == until {
		return
	}
	for closer != nil {
		if !closer.closes {
			closer = closer.after
			continue
		}
		key := bottom{closer.char, closer.opens, closer.size % 3}
		if closer.char == '~' {
			key.size = closer.size
		}
		stop, isKnown := bottoms[key]
		if !isKnown {
			stop = until
		}
		opener := closer.before
		for opener != nil && opener != until && opener != stop && !opener.matches(closer) {
			opener = opener.before
		}
		if opener == nil || opener == until || opener == stop {
			bottoms[key] = closer.before
			next := closer.after
			if !closer.opens {
				in.drop(closer)
			}
			closer = next
			continue
		}
		closer = in.join(opener, closer)
	}
	for in.signs != until {
		in.drop(in.signs)
	}
}

// matches reports whether two signs make emphasis of what is between them.
func (s *sign) matches(closer *sign) bool {
	switch {
	case s.char != closer.char || !s.opens:
		return false
	case s.char == '~':
		return s.left == closer.left
	}
	isOdd := (s.closes || closer.opens) && (s.size+closer.size)%3 == 0 && (s.size%3 != 0 || closer.size%3 != 0)
	return !isOdd
}

// join makes emphasis of what is between two signs, and returns the sign to go
// on with.
func (in *inliner) join(opener, closer *sign) *sign {
	kind, n := emphasisPhrase, 1
	switch {
	case opener.char == '~':
		kind, n = deletedPhrase, opener.left
	case opener.left >= 2 && closer.left >= 2:
		kind, n = strongPhrase, 2
	}
	for opener.after != closer {
		in.drop(opener.after)
	}
	opener.left, closer.left = opener.left-n, closer.left-n
	opener.phrase.text = opener.phrase.text[:opener.left]
	closer.phrase.text = closer.phrase.text[:closer.left]
	made := &phrase{kind: kind, prev: opener.phrase, next: opener.phrase.next}
	opener.phrase.next.prev, opener.phrase.next = made, made
	if last := closer.phrase.prev; last != made {
		in.enclose(made, last)
	}
	if opener.left == 0 {
		in.drop(opener)
	}
	if closer.left > 0 {
		return closer
	}
	next := closer.after
	in.drop(closer)
	return next
}

// drop forgets a sign; what is left of it is text.
func (in *inliner) drop(s *sign) {
	if s.before != nil {
		s.before.after = s.after
	}
	if s.after != nil {
		s.after.before = s.before
	} else {
		in.signs = s.before
	}
}

// around returns the characters before and behind a run of signs; a space where
// the text ends.
func (in *inliner) around(from, to int) (before, behind rune) {
	before, behind = ' ', ' '
	if from > 0 {
		before, _ = utf8.DecodeLastRuneInString(in.text[:from])
	}
	if to < len(in.text) {
		behind, _ = utf8.DecodeRuneInString(in.text[to:])
	}
	return before, behind
}

// isSpace and isMark tell what stands beside a sign of emphasis (6.2).
func isSpace(r rune) bool { return unicode.IsSpace(r) }

func isMark(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
