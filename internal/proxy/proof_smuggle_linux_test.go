package proxy_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A smuggling is a request that some server or other could take for another
// one, or for two.
type smuggling struct {
	name string
	text string
	want []string // what all have to understand; nil if it must be refused, and nothing of it be whole anywhere
	last bool     // it is the last on its connection
}

// to is a request for a path with more lines in its head, and what comes behind.
func to(line string, lines []string, body string) string {
	return line + " HTTP/1.1\r\nHost: shop.localhost\r\n" + strings.Join(append(lines, "\r\n"), "\r\n") + body
}

// head is more lines of one.
func head(lines ...string) []string { return lines }

const (
	hidden  = "GET /hidden HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"
	chunked = "Transfer-Encoding: chunked"
)

// got is what is understood of a plain one.
func got(method, target, body string) []string {
	return []string{understood(method, target, shop, body)}
}

// smugglings are those that the literature has, and those that differ between the
// servers that we have read.
var smugglings = slices.Concat(lengthRows, codingRows, chunkRows, lineRows, targetRows, wholeRows)

var lengthRows = []smuggling{
	{name: "CL.TE", text: to("POST /", head("Content-Length: 6", chunked), "0\r\n\r\nG")},
	{name: "TE.CL", text: to("POST /", head(chunked, "Content-Length: 4"), "2e\r\n"+hidden+"\r\n0\r\n\r\n")},
	{name: "CL.0", text: to("POST /", head("Content-Length: 0", "Content-Length: 5"), "hello")},
	{name: "0.CL", text: to("GET /", head("Content-Length : 5"), "hello")},
	{name: "CL, CL", text: to("POST /", head("Content-Length: 5, 5"), "hello")},
	{name: "two that are the same", text: to("POST /", head("Content-Length: 5", "Content-Length: 5"), "hello")},
	{name: "plus", text: to("POST /", head("Content-Length: +5"), "hello")},
	{name: "minus", text: to("POST /", head("Content-Length: -5"), "hello")},
	{name: "0x", text: to("POST /", head("Content-Length: 0x5"), "hello")},
	{name: "a fraction", text: to("POST /", head("Content-Length: 5.0"), "hello")},
	{name: "an exponent", text: to("POST /", head("Content-Length: 5e0"), "hello")},
	{name: "other digits", text: to("POST /", head("Content-Length: \u0665"), "hello")},
	{name: "two to the 64th more", text: to("POST /", head("Content-Length: 18446744073709551621"), "hello")},
	{name: "two to the 63rd", text: to("POST /", head("Content-Length: 9223372036854775808"), "hello")},
	{name: "zero behind", text: to("POST /", head("Content-Length: 5\x00"), "hello")},
	{name: "words behind", text: to("POST /", head("Content-Length: 5 hello"), "hello")},
	{name: "empty", text: to("POST /", head("Content-Length: "), "hello")},
	{name: "taken away by Connection", text: to("POST /", head("Content-Length: 5", "Connection: content-length"), "hello")},
	{name: "an underscore", text: to("POST /", head("Content_Length: 5"), "hello")},
	{name: "a dash that is none", text: to("POST /", head("Content\u2010Length: 5"), "hello")},
	{name: "quotes", text: to("POST /", head(`Content-Length: "5"`), "hello")},
	{name: "behind a folded line", text: to("POST /", head("X: y", " Content-Length: 5"), "hello")},
	{name: "behind a return", text: to("POST /", head("X: y\rContent-Length: 5"), "hello")},
	{name: "behind a line feed", text: to("POST /", head("X: y\nContent-Length: 5"), "hello")},
	{name: "behind NEL", text: to("POST /", head("X: y\u0085Content-Length: 50"), ""), want: got("POST", "/", "")},
}

var codingRows = []smuggling{
	{name: "TE.TE", text: to("POST /", head(chunked, "Transfer-Encoding: x"), "0\r\n\r\n")},
	{name: "TE.TE, the other way", text: to("POST /", head("Transfer-Encoding: x", chunked), "0\r\n\r\n")},
	{name: "identity and chunked", text: to("POST /", head("Transfer-Encoding: identity", chunked), "0\r\n\r\n")},
	{name: "identity, chunked", text: to("POST /", head("Transfer-Encoding: identity, chunked"), "0\r\n\r\n")},
	{name: "chunked, identity", text: to("POST /", head("Transfer-Encoding: chunked, identity"), "0\r\n\r\n")},
	{name: "chunked twice", text: to("POST /", head(chunked, chunked), "0\r\n\r\n")},
	{name: "identity with a length", text: to("POST /", head("Transfer-Encoding: identity", "Content-Length: 5"), "hello")},
	{name: "a space before the colon", text: to("POST /", head("Transfer-Encoding : chunked"), "0\r\n\r\n")},
	{name: "a tab before the colon", text: to("POST /", head("Transfer-Encoding\t: chunked"), "0\r\n\r\n")},
	{name: "a vertical tab", text: to("POST /", head("Transfer-Encoding: \x0bchunked"), "0\r\n\r\n")},
	{name: "a form feed", text: to("POST /", head("Transfer-Encoding: chunked\x0c"), "0\r\n\r\n")},
	{name: "a byte beyond ASCII", text: to("POST /", head("Transfer-Encoding: \x85chunked"), "0\r\n\r\n")},
	{name: "a zero", text: to("POST /", head("Transfer-Encoding: chunked\x00"), "0\r\n\r\n")},
	{name: "a zero in the name", text: to("POST /", head("Transfer-Encoding\x00: chunked"), "0\r\n\r\n")},
	{name: "a soft hyphen in the name", text: to("POST /", head("Transfer\u00ad-Encoding: chunked"), "0\r\n\r\n")},
	{name: "underscore", text: to("POST /", head("Transfer_Encoding: chunked"), "0\r\n\r\n")},
	{name: "quotes", text: to("POST /", head(`Transfer-Encoding: "chunked"`), "0\r\n\r\n")},
	{name: "a parameter", text: to("POST /", head("Transfer-Encoding: chunked;x"), "0\r\n\r\n")},
	{name: "chunk", text: to("POST /", head("Transfer-Encoding: chunk"), "0\r\n\r\n")},
	{name: "chunked-", text: to("POST /", head("Transfer-Encoding: chunked-"), "0\r\n\r\n")},
	{name: "a comma before", text: to("POST /", head("Transfer-Encoding: ,chunked"), "0\r\n\r\n")},
	{name: "empty", text: to("POST /", head("Transfer-Encoding:"), "0\r\n\r\n")},
	{name: "folded", text: to("POST /", head("Transfer-Encoding:", " chunked"), "0\r\n\r\n")},
	{name: "folded with a tab", text: to("POST /", head("Transfer-Encoding:", "\tchunked"), "0\r\n\r\n")},
	{name: "behind a line feed", text: to("POST /", head("X: y\nTransfer-Encoding: chunked"), "0\r\n\r\n")},
	{name: "behind a return", text: to("POST /", head("X: y\rTransfer-Encoding: chunked"), "0\r\n\r\n")},
	{name: "taken away by Connection", text: to("POST /", head(chunked, "Connection: transfer-encoding"), "0\r\n\r\n")},
	{name: "in HTTP/1.0", text: "POST / HTTP/1.0\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{name: "white space around it", text: to("POST /", head("Transfer-Encoding: \t chunked \t"), "5\r\nhello\r\n0\r\n\r\n"), want: got("POST", "/", "hello")},
	{name: "another case", text: to("POST /", head("tRANSFER-eNCODING:cHUNKED"), "5\r\nhello\r\n0\r\n\r\n"), want: got("POST", "/", "hello")},
}

var chunkRows = []smuggling{
	{name: "chunk: 0x", text: to("POST /", head(chunked), "0x5\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: plus", text: to("POST /", head(chunked), "+5\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: minus", text: to("POST /", head(chunked), "-0\r\n\r\n")},
	{name: "chunk: a space behind", text: to("POST /", head(chunked), "5 \r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a space before", text: to("POST /", head(chunked), " 5\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a size that turns round", text: to("POST /", head(chunked), "10000000000000005\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a line feed behind the size", text: to("POST /", head(chunked), "5\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a line feed behind the content", text: to("POST /", head(chunked), "5\r\nhello\n0\r\n\r\n")},
	{name: "chunk: a line feed in an extension", text: to("POST /", head(chunked), "5;\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a return in an extension", text: to("POST /", head(chunked), "5;a\rb\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: two returns", text: to("POST /", head(chunked), "5\r\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a zero in an extension", text: to("POST /", head(chunked), "5;\x00\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: a zero behind the size", text: to("POST /", head(chunked), "5\x00\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: too much", text: to("POST /", head(chunked), "5\r\nhelloXX0\r\n\r\n")},
	{name: "chunk: too little", text: to("POST /", head(chunked), "6\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: no size", text: to("POST /", head(chunked), ";a=b\r\nhello\r\n0\r\n\r\n")},
	{name: "chunk: no line behind the last", text: to("POST /", head(chunked), "0\r\nX\r\n\r\n")},
	{name: "chunk: a line feed at the end", text: to("POST /", head(chunked), "0\r\n\n")},
	{name: "chunk: a length behind", text: to("POST /", head(chunked), "0\r\nContent-Length: 5\r\n\r\n")},
	{name: "chunk: a coding behind", text: to("POST /", head(chunked), "0\r\nTransfer-Encoding: chunked\r\n\r\n")},
	{name: "chunk: a host behind", text: to("POST /", head(chunked), "0\r\nHost: b\r\n\r\n")},
	{name: "chunk: a request behind it", text: to("POST /", head(chunked), "0\r\n"+hidden)},
	{name: "chunk: folded behind", text: to("POST /", head(chunked), "0\r\nX: y\r\n z\r\n\r\n")},
	{name: "chunk: an extension", text: to("POST /", head(chunked), "5;a=\"b;c\";d\r\nhello\r\n0;e\r\n\r\n"), want: got("POST", "/", "hello")},
	{name: "chunk: zeros before", text: to("POST /", head(chunked), "0005\r\nhello\r\n000\r\n\r\n"), want: got("POST", "/", "hello")},
	{name: "chunk: letters in both cases", text: to("POST /", head(chunked), "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"), want: got("POST", "/", "01234567890123456789")},
	{name: "chunk: a trailer", text: to("POST /", head(chunked), "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"), want: got("POST", "/", "hello")},
	{name: "chunk: of an end and a request", text: to("POST /", head(chunked), "33\r\n0\r\n\r\n"+hidden+"\r\n0\r\n\r\n"), want: got("POST", "/", "0\r\n\r\n"+hidden)},
}

// wholeRows are those that are right, with much in them that looks otherwise.
var wholeRows = []smuggling{
	{name: "a request in a body", text: to("POST /", head("Content-Length: 46"), hidden), want: got("POST", "/", hidden)},
	{name: "a request in a chunk", text: to("POST /", head(chunked), "2e\r\n"+hidden+"\r\n0\r\n\r\n"), want: got("POST", "/", hidden)},
	{name: "a body of GET", text: to("GET /", head("Content-Length: 46"), hidden), want: got("GET", "/", hidden)},
	{name: "a body of DELETE", text: to("DELETE /", head(chunked), "2e\r\n"+hidden+"\r\n0\r\n\r\n"), want: got("DELETE", "/", hidden)},
	{name: "a body of OPTIONS", text: to("OPTIONS /", head("Content-Length: 46"), hidden), want: got("OPTIONS", "/", hidden)},
	{name: "no body", text: to("POST /", nil, ""), want: got("POST", "/", "")},
	{name: "no body of PUT", text: to("PUT /", head("Content-Length: 0"), ""), want: got("PUT", "/", "")},
	{name: "zeros before a length", text: to("POST /", head("Content-Length: 005"), "hello"), want: got("POST", "/", "hello")},
	{name: "an expectation", text: to("POST /", head("Expect: 100-continue", "Content-Length: 5"), "hello"), want: got("POST", "/", "hello")},
	{name: "two at once", text: to("POST /a", head("Content-Length: 5"), "hello") + to("GET /b", nil, ""), want: append(got("POST", "/a", "hello"), got("GET", "/b", "")...)},
	{name: "chunks, and one behind", text: to("POST /a", head(chunked), "5\r\nhello\r\n0\r\n\r\n") + to("PUT /b", head("Content-Length: 2"), "ab"), want: append(got("POST", "/a", "hello"), got("PUT", "/b", "ab")...)},
	{name: "HTTP/1.0", text: "POST / HTTP/1.0\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhello", want: got("POST", "/", "hello"), last: true},
	{name: "the last one", text: to("POST /", head("Connection: close", "Content-Length: 5"), "hello"), want: got("POST", "/", "hello"), last: true},
	{name: "a name that a CGI takes for a proxy", text: to("GET /", head("Proxy: http://b/"), ""), want: got("GET", "/", "")},
	{name: "a method in a field", text: to("GET /", head("X-HTTP-Method-Override: POST"), ""), want: got("GET", "/", "")},
	{name: "another path in a field", text: to("GET /", head("X-Original-URL: /hidden", "X-Rewrite-URL: /hidden"), ""), want: got("GET", "/", "")},
}

func TestNoRequestIsUnderstoodInTwoWays(t *testing.T) {
	for _, server := range witnesses {
		t.Run(server.name, func(t *testing.T) {
			w := server.start(t)
			at := answering(t, w.address)
			for _, row := range smugglings {
				for _, piece := range []int{1, 1 << 20} {
					try(t, w, at, row, piece)
				}
			}
		})
	}
}

// try sends a row in pieces, and one request more behind it, and holds what the
// client is answered against what the server has seen.
func try(t *testing.T, w *witness, at string, row smuggling, piece int) {
	t.Helper()
	text, want := row.text+hidden, row.want
	if want != nil && !row.last {
		text = row.text + "GET /next HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n"
		want = slices.Concat(want, got("GET", "/next", ""))
	}
	c := visit(t, at)
	defer c.Close()
	go func() { // it ends with the connection
		for rest := text; rest != ""; {
			n := min(piece, len(rest))
			if _, err := io.WriteString(c, rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	var heard []string
	status := 0
	for {
		res, body, err := c.hear("GET") // nothing here is asked by HEAD
		if err != nil {
			if err != io.ErrUnexpectedEOF && err != io.EOF {
				t.Errorf("%s: %v", row.name, err)
			}
			break
		}
		if status = res.StatusCode; status == http.StatusOK {
			heard = append(heard, body)
		}
	}
	saw := w.saw(t)
	switch {
	case want == nil && (status < 400 || status == http.StatusBadGateway):
		t.Errorf("%s: it is not refused, but answered with %d %q", row.name, status, heard)
	case want == nil && len(heard) > 0:
		t.Errorf("%s: it is answered with %q", row.name, heard)
	case want != nil && !slices.Equal(heard, want):
		t.Errorf("%s: it is answered with %d %q, and should with %q", row.name, status, heard, want)
	}
	if !slices.Equal(saw, want) {
		t.Errorf("%s: the server has understood %q, and not %q", row.name, saw, want)
	}
}
