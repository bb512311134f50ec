package serve

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// A stretch is which bytes of a file a request brings.
type stretch struct {
	offset int64 // of the first one
	total  int64 // of the whole file; -1 if only its end will tell
	fresh  bool  // a file from its beginning on, whatever came before
}

// What the headers of an upload are refused for.
var (
	errOffset = errors.New("a part says where it begins: Upload-Offset: 1000, or Content-Range: bytes 1000-1999/2000")
	errRange  = errors.New("Content-Range is of the form bytes 1000-1999/2000")
	errLength = errors.New("the length of the body and what its headers say differ")
	errEnd    = errors.New("a part ends at or before the end of the whole file")
	errTotal  = errors.New("a part says how long the whole file is: Upload-Length: 2000")
)

// parseStretch reads what part of a file a request brings: of PUT all of it, or
// what Content-Range says (RFC 9110, 14.5), of PATCH what Upload-Offset and
// Upload-Length say, as in tus 1.0.
func parseStretch(method string, h http.Header, length int64) (stretch, error) {
	if method == http.MethodPatch && h.Get("Content-Range") == "" {
		return parseOffsets(h, length)
	}
	if h.Get("Content-Range") == "" {
		return stretch{total: max(length, -1), fresh: true}, nil
	}
	first, last, total, err := parseContentRange(h.Get("Content-Range"))
	switch {
	case err != nil:
		return stretch{}, err
	case length >= 0 && length != last-first+1:
		return stretch{}, errLength
	}
	return stretch{offset: first, total: total}, nil
}

func parseOffsets(h http.Header, length int64) (stretch, error) {
	offset, ok := parseSize(h.Get("Upload-Offset"))
	if !ok {
		return stretch{}, errOffset
	}
	total, ok := parseSize(h.Get("Upload-Length"))
	switch {
	case !ok:
		return stretch{}, errTotal
	case offset > total, length > total-offset:
		return stretch{}, errEnd
	}
	return stretch{offset: offset, total: total}, nil
}

// parseContentRange reads "bytes 1000-1999/2000". The length may not be open:
// who sends a part of a file knows it.
func parseContentRange(text string) (first, last, total int64, err error) {
	rest, ok := strings.CutPrefix(text, "bytes ")
	span, whole, ok2 := strings.Cut(rest, "/")
	from, to, ok3 := strings.Cut(span, "-")
	first, ok4 := parseSize(from)
	last, ok5 := parseSize(to)
	total, ok6 := parseSize(whole)
	switch {
	case !(ok && ok2 && ok3 && ok4 && ok5 && ok6):
		return 0, 0, 0, errRange
	case first > last || last >= total:
		return 0, 0, 0, errEnd
	}
	return first, last, total, nil
}

// parseSize reads a number of bytes: digits alone.
func parseSize(text string) (int64, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n < math.MaxInt64
}
