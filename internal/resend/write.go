package resend

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// hops are fields about the connection that the request came on (RFC 9110,
// section 7.6.1). It goes out on another one.
var hops = map[string]bool{
	"connection": true, "keep-alive": true, "proxy-connection": true, "upgrade": true, "transfer-encoding": true, "http2-settings": true,
}

// kept returns the fields that are sent again, in their order and as they are
// written, with the length of the body as it is now.
func (r Request) kept() (fields []limen.Field, isChunked bool) {
	dropped, hasLength := map[string]bool{}, false
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, "Connection") {
			for token := range strings.SplitSeq(f.Value, ",") {
				dropped[strings.ToLower(strings.TrimSpace(token))] = true
			}
		}
		isChunked = isChunked || strings.EqualFold(f.Name, "Transfer-Encoding")
	}
	isChunked = isChunked || len(r.Trailers) > 0 // which only chunks have a place for (RFC 9112, section 7.1.2)
	length := strconv.Itoa(len(r.Body))
	for _, f := range r.Fields {
		switch name := strings.ToLower(f.Name); {
		case name == "content-length" && (isChunked || hasLength):
		case name == "content-length":
			hasLength = true
			fields = append(fields, limen.Field{Name: f.Name, Value: length})
		case name == "te" && hasToken(f.Value, "trailers"):
			fields = append(fields, limen.Field{Name: f.Name, Value: "trailers"}) // RFC 9110, section 10.1.4
		case hops[name] || name == "te" || dropped[name] && name != "host" && name != "cookie" && name != "authorization":
		default:
			fields = append(fields, f)
		}
	}
	if !hasLength && !isChunked && len(r.Body) > 0 && !r.Two {
		fields = append(fields, limen.Field{Name: "Content-Length", Value: length})
	}
	return fields, isChunked
}

func hasToken(list, want string) bool {
	for token := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(token), want) {
			return true
		}
	}
	return false
}

// chunk is how large the parts are in which a body is sent whose length was not
// said.
const chunk = 32 << 10

// write writes the request as HTTP/1.1. That it cannot be sent, Flush says.
func (r Request) write(to *bufio.Writer) {
	fields, isChunked := r.kept()
	fmt.Fprintf(to, "%s %s HTTP/1.1\r\n", r.Method, r.Target)
	connection := "close"
	for _, f := range fields {
		fmt.Fprintf(to, "%s: %s\r\n", f.Name, f.Value)
		if strings.EqualFold(f.Name, "TE") {
			connection = "TE, close"
		}
	}
	fmt.Fprintf(to, "Connection: %s\r\n", connection)
	if !isChunked {
		to.WriteString("\r\n")
		to.Write(r.Body)
		return
	}
	to.WriteString("Transfer-Encoding: chunked\r\n\r\n")
	for rest := r.Body; len(rest) > 0; {
		n := min(len(rest), chunk)
		fmt.Fprintf(to, "%x\r\n%s\r\n", n, rest[:n])
		rest = rest[n:]
	}
	to.WriteString("0\r\n")
	for _, f := range r.Trailers {
		fmt.Fprintf(to, "%s: %s\r\n", f.Name, f.Value)
	}
	to.WriteString("\r\n")
}

// Check refuses what would be more than one request, or none.
func (r Request) Check() error {
	if !isToken(r.Method) {
		return fmt.Errorf("%q is no method", r.Method)
	}
	if r.Target == "" || strings.ContainsFunc(r.Target, func(c rune) bool { return c <= ' ' || c == 0x7f }) || r.Target != "*" && r.Target[0] != '/' {
		return fmt.Errorf("%q is no path: it begins with a slash, and has no spaces", r.Target)
	}
	for _, f := range append(r.Fields[:len(r.Fields):len(r.Fields)], r.Trailers...) {
		if !isToken(f.Name) {
			return fmt.Errorf("%q is no name of a field", f.Name)
		}
		if strings.ContainsAny(f.Value, "\r\n\x00") {
			return fmt.Errorf("the value of %s has more than one line", f.Name)
		}
	}
	return nil
}

// isToken reports whether a text is one (RFC 9110, section 5.6.2).
func isToken(text string) bool {
	return text != "" && strings.Trim(text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
