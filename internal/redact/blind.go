package redact

import (
	"slices"
	"strings"
)

// isBinary reports whether bytes are none of a text, in whatever encoding has the
// letters of ASCII: more than one in twenty controls nothing that texts have
// controlled. Of noise, and of what is packed, it is one in ten; a frame of STOMP ends
// with one.
func isBinary(body []byte) bool {
	others := 0
	for _, c := range body {
		if c < ' ' && strings.IndexByte("\t\n\f\r\x0e\x0f\x1b", c) < 0 || c == 0x7f { // those switch sets of characters (ECMA-35), and colours
			others++
		}
	}
	return others*20 > len(body)
}

// pictures are types of which nobody expects that secrets are hidden in them.
var pictures = []string{"image/", "audio/", "video/", "font/"}

// isPicture reports whether a type is for the eyes or the ears alone.
func isPicture(media string) bool {
	return slices.ContainsFunc(pictures, func(kind string) bool { return strings.HasPrefix(media, kind) })
}

// keys is anything without what can be told from all else, and is not there by
// chance. The rest of what is no text stays byte by byte: what a name seems to be in
// it, is none.
func keys(text string) string {
	for _, l := range looks() {
		if slices.ContainsFunc(l.signs, func(sign string) bool { return holds(text, sign) }) {
			text = l.is.ReplaceAllString(text, l.with)
		}
	}
	return text
}
