package proxy

// classes says of each byte what it may be part of.
var classes = classify()

const (
	inToken  = 1 << iota // a method, or the name of a field (RFC 9110, 5.6.2)
	inValue              // the value of a field (RFC 9110, 5.5)
	inTarget             // the target of a request: what is visible, but no fragment (RFC 9112, 3.2)
	inHost               // a name or an address of version 4 (RFC 3986, 3.2.2, without what no name of a host has)
	inHex                // a number of base 16
	inNumber             // a number of base 10
)

func classify() (all [256]uint8) {
	mark := func(class uint8, chars string) {
		for i := range len(chars) {
			all[chars[i]] |= class
		}
	}
	const (
		digits  = "0123456789"
		letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	)
	mark(inToken, digits+letters+"!#$%&'*+-.^_`|~")
	mark(inHost, digits+letters+"-._")
	mark(inHex, digits+"ABCDEFabcdef")
	mark(inNumber, digits)
	for c := '!'; c <= '~'; c++ {
		all[c] |= inValue | inTarget
	}
	mark(inValue, " \t")
	for c := 0x80; c <= 0xff; c++ { // obs-text, which old clients send as ISO 8859-1 and new ones as UTF-8
		all[c] |= inValue
	}
	all['#'] &^= inTarget
	return all
}

// isAll reports whether b is made of one class of bytes. It may be empty.
func isAll(b []byte, class uint8) bool {
	for _, c := range b {
		if classes[c]&class == 0 {
			return false
		}
	}
	return true
}

// isName reports whether b is a token (RFC 9110, 5.6.2).
func isName(b []byte) bool { return len(b) > 0 && isAll(b, inToken) }

// isFolded reports whether b is a word in whatever case. The word is in lower
// case.
func isFolded(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if lower(c) != word[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// element takes the first element off a list (RFC 9110, 5.6.1), which is empty
// where two commas meet.
func element(list []byte) (first, rest []byte) {
	for i, c := range list {
		if c == ',' {
			return trimmed(list[:i]), list[i+1:]
		}
	}
	return trimmed(list), nil
}

// trimmed leaves out the white space around a value (OWS of RFC 9110, 5.6.3).
func trimmed(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
