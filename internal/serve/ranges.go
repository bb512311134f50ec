package serve

import (
	"errors"
	"strconv"
	"strings"
)

// A span is a part of a file.
type span struct{ start, length int64 }

// contentRange says in a header which part of how much it is (RFC 9110, 14.4).
func (p span) contentRange(size int64) string {
	b := make([]byte, 0, 48)
	b = append(b, "bytes "...)
	b = strconv.AppendInt(b, p.start, 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, p.start+p.length-1, 10)
	b = append(b, '/')
	return string(strconv.AppendInt(b, size, 10))
}

// mostSpans is how many parts of a file are sent in one answer. Who asks for
// more, or for more bytes than there are, gets the whole: ranges that are many
// or overlap are a way to make a server work (RFC 9110, 14.2 and 17.15).
const mostSpans = 16

// errUnsatisfiable means that none of the ranges is in the file: 416.
var errUnsatisfiable = errors.New("no range is in the file")

// parseRange reads the Range header of a request for a file of some size
// (RFC 9110, 14.1.2 and 14.2). It gives no spans where the whole file is the
// answer: for another unit, for what is no list of ranges, and for too many.
func parseRange(header string, size int64) ([]span, error) {
	unit, list, ok := strings.Cut(header, "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		return nil, nil
	}
	var (
		spans []span
		sum   int64
		asked int
	)
	for one := range strings.SplitSeq(list, ",") {
		one = strings.Trim(one, " \t")
		if one == "" {
			continue // a list may have empty elements (RFC 9110, 5.6.1.2)
		}
		p, inside, ok := parseSpan(one, size)
		if !ok {
			return nil, nil
		}
		if asked++; asked > mostSpans {
			return nil, nil
		}
		if !inside {
			continue
		}
		spans = append(spans, p)
		if sum += p.length; sum > size {
			return nil, nil
		}
	}
	if asked > 0 && len(spans) == 0 {
		return nil, errUnsatisfiable
	}
	if size == 0 {
		return nil, nil // a suffix of nothing is satisfiable, and has no Content-Range
	}
	return spans, nil
}

// parseSpan reads one range: "5-9", "5-" or "-5". It reports whether any of it
// is inside a file of that size, and whether it is a range at all.
func parseSpan(text string, size int64) (p span, inside, ok bool) {
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return p, false, false
	}
	from, hasFrom := parseOffset(first)
	to, hasTo := parseOffset(last)
	switch {
	case first == "" && hasTo: // the last so many bytes
		length := min(to, size)
		return span{size - length, length}, to > 0, true
	case hasFrom && last == "":
		to = size - 1
	case !hasFrom || !hasTo || to < from:
		return p, false, false
	}
	if from >= size {
		return p, false, true
	}
	return span{from, min(to, size-1) - from + 1}, true, true
}

// parseOffset reads a number of digits only. One that is too large for any file
// counts as the largest.
func parseOffset(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 1<<63 - 1, true // digits only, so it can but be out of range
	}
	return n, true
}
