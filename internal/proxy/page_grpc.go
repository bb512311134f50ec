package proxy

import (
	"net/http"
	"strconv"
	"strings"
)

// isGRPC reports whether a call of gRPC is made. Its clients look at the status
// of HTTP only if there is none of their own (gRPC over HTTP2, "Requests").
func isGRPC(r *http.Request) bool {
	t := strings.ToLower(r.Header.Get("Content-Type"))
	return t == "application/grpc" || strings.HasPrefix(t, "application/grpc+") || strings.HasPrefix(t, "application/grpc;")
}

// codes are the status of gRPC for one of HTTP (gRPC's statuscodes.md). Where
// nobody answered, a client may try again: UNAVAILABLE.
var codes = map[int]int{
	http.StatusBadRequest: 13, // INTERNAL
	http.StatusNotFound:   12, // UNIMPLEMENTED
}

// writeGRPC says all in the head, as an answer without messages does ("Trailers-
// Only").
func (s saying) writeGRPC(h http.Header) {
	code, ok := codes[s.status]
	if !ok {
		code = 14 // UNAVAILABLE
	}
	text := s.What + ": " + s.Why
	if next := s.next(); next != "" {
		text += "; " + next
	}
	h["Content-Type"] = []string{"application/grpc"}
	h["Grpc-Status"] = []string{strconv.Itoa(code)}
	h["Grpc-Message"] = []string{percentEncoded(text)}
}

// percentEncoded is a text as Grpc-Message has it: what is not printable ASCII,
// and the percent sign, escaped (gRPC over HTTP2, "Responses").
func percentEncoded(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '%' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
