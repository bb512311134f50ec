package serve

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// linkUp makes links of the addresses in text that is in no link (GitHub Flavored
// Markdown, 6.9).
func linkUp(s *phrase) {
	for ; s != nil; s = s.next {
		switch s.kind {
		case textPhrase:
			s.join()
			s = linkIn(s)
		case linkPhrase, imagePhrase, codePhrase:
		default:
			linkUp(s.first)
		}
	}
}

// join makes one text of those that follow each other, as it was before it was
// looked at sign by sign.
func (s *phrase) join() {
	if s.next == nil || s.next.kind != textPhrase {
		return
	}
	var b strings.Builder
	b.WriteString(s.text)
	for ; s.next != nil && s.next.kind == textPhrase; s.next = s.next.next {
		b.WriteString(s.next.text)
	}
	s.text = b.String()
}

// linkIn takes a text apart at the addresses in it, and returns the last part.
func linkIn(s *phrase) *phrase {
	for from := 0; ; {
		at, size, to := nextAddress(s.text, from)
		if size == 0 {
			return s
		}
		l := &phrase{kind: linkPhrase, link: link{to: to}, first: &phrase{text: s.text[at : at+size]}}
		rest := &phrase{text: s.text[at+size:], next: s.next}
		s.text, s.next, l.next = s.text[:at], l, rest
		s, from = rest, 0
	}
}

// begins are what addresses begin with, and what is put before them.
var begins = []struct{ text, before string }{{"https://", ""}, {"http://", ""}, {"www.", "http://"}}

// nextAddress finds the next address. A size of 0 means that there is none.
func nextAddress(s string, from int) (at, size int, to string) {
	for i := from; i < len(s); i++ {
		switch s[i] {
		case 'h', 'H', 'w', 'W':
			if !isEdge(s[:i]) {
				continue
			}
			for _, b := range begins {
				if len(s)-i > len(b.text) && strings.EqualFold(s[i:i+len(b.text)], b.text) {
					if n := addressSize(s[i:], len(b.text)); n > 0 {
						return i, n, b.before + s[i:i+n]
					}
				}
			}
		case '@':
			if n, m := mailBefore(s[from:i]), mailBehind(s[i+1:]); n > 0 && m > 0 {
				return i - n, n + 1 + m, "mailto:" + s[i-n:i+1+m]
			}
		}
	}
	return 0, 0, ""
}

// isEdge reports whether an address may begin behind a text.
func isEdge(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || unicode.IsSpace(r) || strings.ContainsRune("*_~(", r)
}

// addressSize returns how long an address is whose host begins at host.
func addressSize(s string, host int) int {
	end := strings.IndexFunc(s, func(r rune) bool { return r == '<' || unicode.IsSpace(r) })
	if end < 0 {
		end = len(s)
	}
	for end > host {
		c := s[end-1]
		switch {
		case strings.IndexByte("?!.,:*_~'\"", c) >= 0:
		case c == ')' && strings.Count(s[:end], ")") > strings.Count(s[:end], "("):
		case c == ';' && strings.LastIndexByte(s[:end], '&') > 0 && nameSize(s[strings.LastIndexByte(s[:end], '&')+1:end-1]) == end-2-strings.LastIndexByte(s[:end], '&'):
			end = strings.LastIndexByte(s[:end], '&') + 1
		default:
			if isLetter(s[host]) || '0' <= s[host] && s[host] <= '9' || s[host] >= utf8.RuneSelf {
				return end
			}
			return 0
		}
		end--
	}
	return 0
}

const mostMail = 64 // before the @ (RFC 5321, section 4.5.3.1.1)

func isMailByte(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || strings.IndexByte(".-_+", c) >= 0
}

// mailBefore returns how much of the end of a text can stand before an @.
func mailBefore(s string) (n int) {
	for n < len(s) && n < mostMail && isMailByte(s[len(s)-1-n]) {
		n++
	}
	return n
}

// mailBehind returns how much of a text is the host of an address of mail.
func mailBehind(s string) (n int) {
	for n < len(s) && n < 253 && isMailByte(s[n]) && s[n] != '+' {
		n++
	}
	host := strings.TrimRight(s[:n], ".")
	if !strings.Contains(host, ".") || strings.HasSuffix(host, "-") || strings.HasSuffix(host, "_") || strings.HasPrefix(host, ".") {
		return 0
	}
	return len(host)
}
