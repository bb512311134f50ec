package proxy

import (
	"bytes"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
)

// bodies are bodies in chunks, each whole, and why they are refused.
var bodies = []struct {
	name string
	text string
	why  breach
}{
	{"empty", "0\r\n\r\n", 0},
	{"two chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 0},
	{"upper and lower case", "a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n", 0},
	{"an extension", "1;a=\"b\"\r\nx\r\n0;c\r\n\r\n", 0},
	{"a trailer", "1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n", 0},

	{"line feed alone behind a size", "1\nx\r\n0\r\n\r\n", breachLineFeed},
	{"line feed alone behind content", "1\r\nx\n0\r\n\r\n", breachChunkEnd},
	{"return alone behind a size", "1\rx\r\n0\r\n\r\n", breachReturn},
	{"return alone behind content", "1\r\nx\rX0\r\n\r\n", breachChunkEnd},
	{"no size", "\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"a sign", "+1\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"a negative size", "-1\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"0x", "0x1\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"an underscore", "1_0\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"a space before a size", " 1\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"a space behind a size", "1 \r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"too many digits", "00000000000000001\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"a size that turns round", "ffffffffffffffff\r\nx\r\n0\r\n\r\n", breachChunkSize},
	{"too little content", "2\r\nx\r\n0\r\n\r\n", breachChunkEnd},
	{"too much content", "1\r\nxy\r\n0\r\n\r\n", breachChunkEnd},
	{"line feed alone in an extension", "1;a\nx\r\n0\r\n\r\n", breachLineFeed},
	{"return alone in an extension", "1;a\rb\r\nx\r\n0\r\n\r\n", breachReturn},
	{"zero in an extension", "1;a\x00\r\nx\r\n0\r\n\r\n", breachChunkExtension},
	{"a long extension", "1;" + strings.Repeat("a", maxExtension+1) + "\r\nx\r\n0\r\n\r\n", breachChunkExtension},
	{"many extensions", strings.Repeat("1;"+strings.Repeat("a", maxExtension)+"\r\nx\r\n", 17), breachChunkWaste},
	{"line feed alone at the end", "0\r\n\n", breachLineFeed},
	{"a length behind", "0\r\nContent-Length: 5\r\n\r\n", breachTrailer},
	{"a coding behind", "0\r\nTransfer-Encoding: chunked\r\n\r\n", breachTrailer},
	{"a host behind", "0\r\nHost: a\r\n\r\n", breachTrailer},
	{"a host with its case changed", "0\r\nhOST: a\r\n\r\n", breachTrailer},
	{"a length behind, with an underscore", "0\r\ncontent_length: 5\r\n\r\n", breachTrailer},
	{"a folded trailer", "0\r\nX: a\r\n b\r\n\r\n", breachFold},
	{"a trailer without a colon", "0\r\nX\r\n\r\n", breachNoColon},
	{"a space before a colon", "0\r\nX : a\r\n\r\n", breachSpace},
	{"zero in a trailer", "0\r\nX: \x00\r\n\r\n", breachControl},
	{"a long trailer", "0\r\nX: " + strings.Repeat("a", maxTrailer) + "\r\n\r\n", breachTrailerLong},
	{"many trailers", "0\r\n" + strings.Repeat("X: y\r\n", maxFields+1) + "\r\n", breachTrailerLong},
}

func TestAChunkedBodyIsFollowedInOneWayOrNotAtAll(t *testing.T) {
	for _, row := range bodies {
		for _, piece := range []int{1, 7, len(row.text)} {
			var c chunks
			var why breach
			rest := []byte(row.text + "GET")
			for why == 0 && c.state != chunkDone && len(rest) > 0 {
				var n int
				n, why = c.follow(rest[:min(piece, len(rest))])
				rest = rest[n:]
			}
			if why != row.why {
				t.Errorf("%s, in pieces of %d: it is refused because %q, and not because %q", row.name, piece, text(why), text(row.why))
			} else if why == 0 && string(rest) != "GET" {
				t.Errorf("%s, in pieces of %d: %q is left", row.name, piece, rest)
			}
		}
	}
}

// FuzzChunks lets a body come in pieces and at once.
func FuzzChunks(f *testing.F) {
	for _, row := range bodies {
		f.Add([]byte(row.text), uint8(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint8) {
		var once, pieces chunks
		n, why := once.follow(b)
		at := 0
		var w breach
		for at < len(b) && w == 0 && pieces.state != chunkDone {
			var m int
			m, w = pieces.follow(b[at:min(len(b), at+int(piece)+1)])
			at += m
		}
		if at != n || w != why || pieces.state != once.state {
			t.Fatalf("in pieces: %d, %q, state %d; at once: %d, %q, state %d", at, text(w), pieces.state, n, text(why), once.state)
		}
	})
}

// body takes the content out of a body, and reports whether all of it is there.
func (h *head) body(b []byte) (content []byte, whole bool) {
	switch h.framing {
	case framedByNothing:
		return []byte{}, true
	case framedByLength:
		if uint64(len(b)) < h.length {
			return nil, false
		}
		return b[:h.length], true
	}
	var c chunks
	content = []byte{}
	for i := range b {
		isContent := c.state == chunkData
		if n, why := c.follow(b[i : i+1]); n == 0 || why != 0 {
			return nil, false
		}
		if isContent {
			content = append(content, b[i])
		}
		if c.state == chunkDone {
			return content, true
		}
	}
	return nil, false
}

// trailer are the fields behind a body that is whole.
func (h *head) trailer(b []byte) http.Header {
	all := http.Header{}
	if h.framing != framedByChunks {
		return all
	}
	var c chunks
	at := 0
	for ; c.state != chunkTrailer; at++ {
		c.follow(b[at : at+1])
	}
	end, _ := c.follow(b[at:])
	for line := range bytes.Lines(b[at : at+end]) {
		if f, why := fieldOf(line, span{0, uint32(len(line) - 2)}); len(line) > 2 && why == 0 {
			key := textproto.CanonicalMIMEHeaderKey(string(f.name.of(line)))
			all[key] = append(all[key], string(f.value.of(line)))
		}
	}
	return all
}
