package serve

import (
	"slices"
	"strings"
)

// unsafe are the schemes by which a browser would run what a document says, or
// read what is on this machine (RFC 3986, section 3.1).
var unsafe = []string{"javascript", "vbscript", "data", "file", "blob", "filesystem"}

// pictures are what may stand in the address itself.
var pictures = []string{"data:image/png;", "data:image/gif;", "data:image/jpeg;", "data:image/webp;"}

// safe returns an address as it may stand on a page; empty if it may not. All
// that is unusual in one is written as %, also what browsers would pass over
// while they read the scheme.
func safe(to string, isImage bool) string {
	to = strings.TrimFunc(to, func(r rune) bool { return r <= ' ' })
	scheme, _, _ := strings.Cut(to, ":")
	isPicture := isImage && slices.ContainsFunc(pictures, func(p string) bool {
		return len(to) > len(p) && strings.EqualFold(to[:len(p)], p)
	})
	if slices.Contains(unsafe, strings.ToLower(scheme)) && !isPicture {
		return ""
	}
	var b strings.Builder
	for i := range len(to) {
		c := to[i]
		isHex := c == '%' && i+2 < len(to) && isHexDigit(to[i+1]) && isHexDigit(to[i+2])
		if isHex || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~:/?#@!$&'()*+,;=", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}

func isHexDigit(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// address returns where a link leads whose text is the address itself (6.5).
func address(s string) (to string, ok bool) {
	if scheme, _, found := strings.Cut(s, ":"); found && len(scheme) >= 2 && len(scheme) <= 32 && isLetter(scheme[0]) &&
		strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+.-") == "" {
		return s, true
	}
	return "mailto:" + s, isMail(s)
}

// isMail reports whether s is an address of mail.
func isMail(s string) bool {
	local, host, ok := strings.Cut(s, "@")
	if !ok || local == "" || host == "" || strings.Trim(strings.ToLower(local), "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-") != "" {
		return false
	}
	for label := range strings.SplitSeq(strings.ToLower(host), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}
