package proxy

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// chunkedField says that a body comes in chunks. A body whose length is not known
// beforehand is recorded so whatever it came by: then what is recorded says
// where it ends, and with which trailers.
const chunkedField = "Transfer-Encoding: chunked\r\n"

// A framer makes of the parts of a body what a recording takes (RFC 9112,
// section 7.1).
type framer struct {
	isChunked bool
	isNone    bool // there is none, whatever is written
	hasEnded  bool
	size      []byte // the line before a chunk, which is made anew for each
}

// pass records a part.
func (f *framer) pass(to func([]byte), part []byte) {
	switch {
	case f.isNone || f.hasEnded || len(part) == 0:
	case f.isChunked:
		f.size = append(strconv.AppendUint(f.size[:0], uint64(len(part)), 16), "\r\n"...)
		to(f.size)
		to(part)
		to(f.size[len(f.size)-2:])
	default:
		to(part)
	}
}

// end records that the body is whole.
func (f *framer) end(to func([]byte), trailers http.Header) {
	if !f.isChunked || f.hasEnded {
		return
	}
	f.hasEnded = true
	var last strings.Builder
	last.WriteString("0\r\n")
	writeFields(&last, trailers)
	last.WriteString("\r\n")
	to([]byte(last.String()))
}

// trailersIn are those that an answer's header has when all is written: the
// announced ones, and those with the prefix that net/http has for others.
func trailersIn(h http.Header) http.Header {
	found := http.Header{}
	for name := range tokens(h["Trailer"]) {
		name = http.CanonicalHeaderKey(name)
		if lines := h[name]; len(lines) > 0 {
			found[name] = lines
		}
	}
	for key, lines := range h {
		if name, ok := strings.CutPrefix(key, http.TrailerPrefix); ok {
			found[http.CanonicalHeaderKey(name)] = lines
		}
	}
	return found
}

// writeFields writes the lines of a head, in the order of their names.
func writeFields(w io.StringWriter, h http.Header, but ...string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if slices.Contains(but, name) || strings.HasPrefix(name, http.TrailerPrefix) {
			continue
		}
		for _, value := range h[name] {
			w.WriteString(name + ": " + value + "\r\n")
		}
	}
}
