package proxy_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A smugglingTwo is a request of HTTP/2 that would be another one, or two, if it
// were written down as HTTP/1.1 without a look.
type smugglingTwo struct {
	name   string
	fields []string // name and value in turns; those of a plain request that are not among them come first
	body   string   // empty if the head is all
	want   []string // as smuggling has it
}

// Left out is a length of 0 before a body: such a request is whole before the body
// comes, and nothing of that is passed on.
var smugglingsTwo = []smugglingTwo{
	{name: "too short a length", fields: head("content-length", "3"), body: "hello"},
	{name: "too long a length", fields: head("content-length", "50"), body: "hello"},
	{name: "a length without a body", fields: head("content-length", "46")},
	{name: "two lengths", fields: head("content-length", "5", "content-length", "6"), body: "hello"},
	{name: "a length with a sign", fields: head("content-length", "+5"), body: "hello"},
	{name: "a coding", fields: head("transfer-encoding", "chunked"), body: "0\r\n\r\n" + hidden},
	{name: "a coding in capitals", fields: head("Transfer-Encoding", "chunked"), body: "0\r\n\r\n" + hidden},
	{name: "a coding with an underscore", fields: head("transfer_encoding", "chunked"), body: "0\r\n\r\n" + hidden},
	{name: "connection", fields: head("connection", "close")},
	{name: "an upgrade", fields: head("upgrade", "h2c")},
	{name: "te", fields: head("te", "chunked")},
	{name: "a line in a value", fields: head("x", "y\r\nTransfer-Encoding: chunked"), body: "0\r\n\r\n" + hidden},
	{name: "a line feed in a value", fields: head("x", "y\nTransfer-Encoding: chunked"), body: "0\r\n\r\n" + hidden},
	{name: "a return in a value", fields: head("x", "y\rContent-Length: 0"), body: hidden},
	{name: "a head in a value", fields: head("x", "y\r\n\r\n"+hidden)},
	{name: "a zero in a value", fields: head("x", "y\x00")},
	{name: "a line in a name", fields: head("x: y\r\ntransfer-encoding", "chunked"), body: "0\r\n\r\n" + hidden},
	{name: "a colon in a name", fields: head("transfer-encoding: chunked\r\nx", "y"), body: "0\r\n\r\n" + hidden},
	{name: "a colon behind a name", fields: head("content-length:", "0"), body: hidden},
	{name: "a space behind a name", fields: head("content-length ", "0"), body: hidden},
	{name: "no name", fields: head("", "y")},
	{name: "a line in the path", fields: head(":path", "/ HTTP/1.1\r\nHost: shop.localhost\r\n\r\nGET /hidden")},
	{name: "a space in the path", fields: head(":path", "/ HTTP/1.1")},
	{name: "a fragment in the path", fields: head(":path", "/#hidden")},
	{name: "an absolute path", fields: head(":path", "http://b/hidden")},
	{name: "a relative path", fields: head(":path", "hidden")},
	{name: "an empty path", fields: head(":path", "")},
	{name: "two paths", fields: head(":path", "/", ":path", "/hidden")},
	{name: "a line in the method", fields: head(":method", "GET /hidden HTTP/1.1\r\nHost: shop.localhost\r\n\r\nGET")},
	{name: "a space in the method", fields: head(":method", "GET /hidden")},
	{name: "a line in the host", fields: head(":authority", "shop.localhost\r\nX: y")},
	{name: "a user in the host", fields: head(":authority", "b@shop.localhost")},
	{name: "a path in the host", fields: head(":authority", "shop.localhost/b")},
	{name: "another host besides", fields: head("host", "b")},
	{name: "a field of theirs behind others", fields: head("x", "y", ":path", "/hidden")},
	{name: "a field that nobody knows", fields: head(":hidden", "y")},

	{name: "a request in a body", fields: head(":method", "POST"), body: hidden, want: got("POST", "/", hidden)},
	{name: "a request in a body of GET", body: hidden, want: got("GET", "/", hidden)},
	{name: "chunks in a body", fields: head(":method", "POST"), body: "0\r\n\r\n" + hidden, want: got("POST", "/", "0\r\n\r\n"+hidden)},
	{name: "a length", fields: head(":method", "PUT", "content-length", "46"), body: hidden, want: got("PUT", "/", hidden)},
	{name: "no body", fields: head(":method", "POST"), want: got("POST", "/", "")},
	{name: "a line end in percent", fields: head(":path", "/%0d%0aHost:%20b"), want: got("GET", "/%0d%0aHost:%20b", "")},
	{name: "two slashes", fields: head(":path", "//b/c"), want: got("GET", "//b/c", "")},
	{name: "bytes beyond ASCII in a value", fields: head("x", "\xff\xfe"), want: got("GET", "/", "")},
}

func TestNoRequestOfTwoIsUnderstoodInTwoWays(t *testing.T) {
	for _, server := range witnesses {
		t.Run(server.name, func(t *testing.T) {
			w := server.start(t)
			at := answering(t, w.address)
			for _, row := range smugglingsTwo {
				status, body := row.ask(t, at)
				saw := w.saw(t)
				switch {
				case row.want == nil && status == "200":
					t.Errorf("%s: it is answered with %q", row.name, body)
				case row.want != nil && (status != "200" || body != row.want[0]):
					t.Errorf("%s: it is answered with %s %q, and should with %q", row.name, status, body, row.want)
				}
				if !slices.Equal(saw, row.want) {
					t.Errorf("%s: the server has understood %q, and not %q", row.name, saw, row.want)
				}
			}
		})
	}
}

// block encodes the head of a row.
func (row smugglingTwo) block() []byte {
	all := row.fields
	for _, plain := range [][]string{{":path", "/"}, {":authority", shop}, {":scheme", "http"}, {":method", "GET"}} {
		if !slices.Contains(row.fields, plain[0]) {
			all = slices.Concat(plain, all)
		}
	}
	var text bytes.Buffer
	e := hpack.NewEncoder(&text)
	for i := 0; i < len(all); i += 2 {
		e.WriteField(hpack.HeaderField{Name: all[i], Value: all[i+1]})
	}
	return text.Bytes()
}

// ask sends a row over a connection of its own, and returns what it is answered
// with, or that its stream or the connection was ended.
func (row smugglingTwo) ask(t *testing.T, at string) (status, body string) {
	t.Helper()
	c := visit(t, at)
	defer c.Close()
	f := http2.NewFramer(c, c)
	f.AllowIllegalWrites = true
	io.WriteString(c, http2.ClientPreface)
	f.WriteSettings()
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: row.block(), EndHeaders: true, EndStream: row.body == ""})
	if row.body != "" {
		f.WriteData(1, true, []byte(row.body)) // a stream that was reset takes it, too
	}
	d := hpack.NewDecoder(4096, func(field hpack.HeaderField) {
		if field.Name == ":status" {
			status = field.Value
		}
	})
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return "ended", body
		}
		switch frame := frame.(type) {
		case *http2.HeadersFrame:
			if _, err := d.Write(frame.HeaderBlockFragment()); err != nil {
				t.Fatal(err)
			}
			if frame.StreamEnded() {
				return status, body
			}
		case *http2.DataFrame:
			if body += string(frame.Data()); frame.StreamEnded() {
				return status, body
			}
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return "ended", body
		}
	}
}
