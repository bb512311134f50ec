package proxy

import "strings"

// isH2Value reports whether a field's value is one of RFC 9110, section 5.5: no
// control but the tab, and, as RFC 9113, section 8.2.1 adds, no white space around
// it. It looks at eight bytes at once, since most of what it sees is innocent.
func isH2Value(v string) bool {
	if v == "" {
		return true
	}
	if isBlank(v[0]) || isBlank(v[len(v)-1]) {
		return false
	}
	i := 0
	for ; i+8 <= len(v); i += 8 {
		x := uint64(v[i]) | uint64(v[i+1])<<8 | uint64(v[i+2])<<16 | uint64(v[i+3])<<24 |
			uint64(v[i+4])<<32 | uint64(v[i+5])<<40 | uint64(v[i+6])<<48 | uint64(v[i+7])<<56
		if mayHaveControl(x) && !isText(v[i:i+8]) {
			return false
		}
	}
	return isText(v[i:])
}

// mayHaveControl reports whether one of eight bytes is less than 0x20, or 0x7f. It
// is never wrong when it says no. Taking 0x20 from a byte borrows into the highest
// bit if the byte is less; ^x leaves those alone that had that bit before.
func mayHaveControl(x uint64) bool {
	const each = 0x0101010101010101
	del := x ^ 0x7f*each
	return ((x-0x20*each)&^x|(del-each)&^del)&(0x80*each) != 0
}

func isText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isH2FieldName reports whether a name is a token of RFC 9110, section 5.6.2 in
// lower case, as RFC 9113, section 8.2.1 demands.
func isH2FieldName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isTokenByte(c) || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return s != ""
}

func isH2Token(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// isH2Authority reports whether an authority names a host, and perhaps a port, and
// nothing else: no userinfo (RFC 9113, section 8.3.1), no space, nothing that begins
// a path.
func isH2Authority(s string) bool { return isAuthority([]byte(s)) }

// isH2Path reports whether a path is one of RFC 9113, section 8.3.1: it begins with
// a slash and has neither spaces, controls, bytes beyond ASCII, nor a fragment.
func isH2Path(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return s != "" && s[0] == '/'
}

// isPlainPath reports whether a path means what it says, byte for byte: nothing in
// it is escaped, and nothing would be if it were written again.
func isPlainPath(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '/' || c == '-' || c == '.' || c == '_' || c == '~') {
			return false
		}
	}
	return true
}
