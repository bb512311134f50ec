package proxy

import (
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Heads are encoded with the static table of RFC 7541 alone, and nothing is ever
// put into a dynamic one, as nginx does it, too. So a head can be encoded by whoever
// answers, before it is his turn to write; no secret of one answer can be found out
// by guessing in another (section 7.1); and on the way from one program to another
// on the same machine a hundred bytes cost less than looking for shorter ones.

// h2NoTable is what a field block begins with when the peer has made its table
// smaller: we use none (RFC 7541, sections 4.2 and 6.3).
const h2NoTable = 0x20

// h2Statuses are the entries of the static table for :status, and the statuses
// they stand for (RFC 7541, appendix A).
var h2Statuses = map[int]byte{200: 8, 204: 9, 206: 10, 304: 11, 400: 12, 404: 13, 500: 14}

const h2StatusName = 8 // the first entry with the name :status

func appendH2Status(b []byte, status int) []byte {
	if i, ok := h2Statuses[status]; ok {
		return append(b, 0x80|i) // section 6.1
	}
	b = append(b, h2StatusName, 3)
	return strconv.AppendInt(b, int64(status), 10)
}

// appendHeader appends the fields of a header that may be in HTTP/2: not those
// of an HTTP/1.1 connection, nor trailers, nor what no peer would take.
func (v *h2Vocabulary) appendHeader(b []byte, header http.Header, skip h2Skip) []byte {
	for key, values := range header {
		name, known := v.sent[key]
		if known && (skip[name.rule] || name.rule == h2HopField) {
			continue
		}
		if !known && (!httpguts.ValidHeaderFieldName(key) || strings.HasPrefix(key, http.TrailerPrefix)) {
			continue
		}
		for _, v := range values {
			b = appendH2Field(b, key, name.index, v)
		}
	}
	return b
}

// h2Skip says which fields are left out, by their rule.
type h2Skip [h2Rules]bool

// appendH2Field appends a literal that is put into no table (RFC 7541, section
// 6.2.2). A value that would be malformed is left out, as a whole: cut, it could
// mean something else.
func appendH2Field(b []byte, key string, index byte, value string) []byte {
	value = strings.Trim(value, " \t")
	if !isH2Value(value) {
		return b
	}
	if index != 0 {
		b = appendH2Int(b, 0, 4, uint(index))
	} else {
		b = append(b, 0)
		b = appendH2Int(b, 0, 7, uint(len(key)))
		b = appendLower(b, key)
	}
	b = appendH2Int(b, 0, 7, uint(len(value)))
	return append(b, value...)
}

// appendTrailer appends a field that comes behind a body, if it may (RFC 9110,
// section 6.5.1).
func (v *h2Vocabulary) appendTrailer(b []byte, key, value string) []byte {
	name := v.sent[http.CanonicalHeaderKey(key)]
	switch {
	case name.rule == h2HopField, name.rule == h2LengthField, name.rule == h2TrailerField, name.rule == h2HostField,
		!httpguts.ValidHeaderFieldName(key):
		return b
	}
	return appendH2Field(b, key, name.index, value)
}

const (
	h2LengthName = 28 // where content-length is in the static table
	h2DateName   = 33 // and date
)

func appendH2Length(b []byte, n int64) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], n, 10)
	b = appendH2Int(b, 0, 4, h2LengthName)
	b = append(b, byte(len(text)))
	return append(b, text...)
}

func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// appendH2Int appends a number whose first byte has room for n bits, beside the
// bits of first (RFC 7541, section 5.1).
func appendH2Int(b []byte, first byte, n uint, i uint) []byte {
	most := uint(1)<<n - 1
	if i < most {
		return append(b, first|byte(i))
	}
	b = append(b, first|byte(most))
	for i -= most; i >= 0x80; i >>= 7 {
		b = append(b, byte(i)|0x80)
	}
	return append(b, byte(i))
}
