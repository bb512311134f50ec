package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// get is a request with more lines in its head.
func get(lines ...string) string {
	return "GET / HTTP/1.1\r\nHost: shop.localhost\r\n" + strings.Join(append(lines, "\r\n"), "\r\n")
}

// heads are requests, each whole, and why they are refused.
var heads = []struct {
	name string
	text string
	why  breach
}{
	{"plain", "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", 0},
	{"an empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
	{"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 0},
	{"an empty value", get("X:"), 0},
	{"white space around a value", get("X:  \t y \t "), 0},
	{"UTF-8 in a value", get("X: für"), 0},
	{"a port", "GET / HTTP/1.1\r\nHost: shop.localhost:8443\r\n\r\n", 0},
	{"IPv6", "GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", 0},
	{"an absolute target", "GET http://shop.localhost/a?b HTTP/1.1\r\nHost: SHOP.localhost:80\r\n\r\n", 0},
	{"OPTIONS of all", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
	{"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 0},
	{"an upgrade", get("Connection: keep-alive, Upgrade", "Upgrade: websocket"), 0},
	{"a length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\n", 0},
	{"chunks", get("Transfer-Encoding: Chunked", "Trailer: X-Sum"), 0},

	{"line feed alone", "GET / HTTP/1.1\nHost: a\n\n", breachLineFeed},
	{"line feed alone behind a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", breachLineFeed},
	{"line feed alone at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", breachLineFeed},
	{"return alone", get("X: a\rY: b"), breachReturn},
	{"return alone behind a name", get("X\r: a"), breachReturn},
	{"two returns", get("X: a\r"), breachReturn},
	{"return in the first line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", breachReturn},
	{"zero in a value", get("X: a\x00b"), breachControl},
	{"delete in a value", get("X: a\x7fb"), breachControl},
	{"two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", breachBlank},
	{"a space before", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", breachMethod},
	{"no version", "GET /\r\nHost: a\r\n\r\n", breachRequestLine},
	{"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"a space behind", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", breachTarget},
	{"tabs", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", breachRequestLine},
	{"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"UTF-8 in the target", "GET /ü HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"zero in the target", "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"half a percent sign", "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"another scheme", "GET file:///etc HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"a user in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"a star", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"CONNECT to a path", "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", breachTarget},
	{"a bad method", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", breachMethod},
	{"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", breachVersion},
	{"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", breachVersion},
	{"HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", breachVersion},
	{"version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", breachRequestLine},
	{"a long version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", breachRequestLine},
	{"no colon", get("X"), breachNoColon},
	{"no colon, but words", get("X y"), breachName},
	{"no name", get(": y"), breachName},
	{"a space in a name", get("X Y: z"), breachName},
	{"a letter that is none in a name", get("Xü: z"), breachName},
	{"a zero in a name", get("X\x00: z"), breachName},
	{"a space before a colon", get("Content-Length : 5"), breachSpace},
	{"a tab before a colon", get("X\t: 5"), breachSpace},
	{"a folded line", get("X: a", " b"), breachFold},
	{"a folded line behind the first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", breachFold},
	{"a length with an underscore", get("Content_Length: 5"), breachLookAlike},
	{"a coding with an underscore", get("Transfer_Encoding: chunked"), breachLookAlike},
	{"no host", "GET / HTTP/1.1\r\n\r\n", breachNoHost},
	{"two hosts", get("Host: shop.localhost"), breachHosts},
	{"an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", breachHost},
	{"a user in the host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", breachHost},
	{"a path in the host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", breachHost},
	{"a port beyond all", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", breachHost},
	{"two hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", breachHost},
	{"a port that is none", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", breachHost},
	{"an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", breachHost},
	{"half an address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", breachHost},
	{"an address with a zone", "GET / HTTP/1.1\r\nHost: [fe80::1%25lo]\r\n\r\n", breachHost},
	{"another host in the target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", breachAuthority},
	{"another port in the target", "GET https://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", breachAuthority},
	{"another host in CONNECT", "CONNECT b:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", breachAuthority},
	{"two lengths", get("Content-Length: 5", "Content-Length: 6"), breachLengths},
	{"two lengths that are the same", get("Content-Length: 5", "content-length: 5"), breachLengths},
	{"a list of lengths", get("Content-Length: 5, 5"), breachLength},
	{"a length with a sign", get("Content-Length: +5"), breachLength},
	{"a negative length", get("Content-Length: -5"), breachLength},
	{"a length with a space", get("Content-Length: 5 6"), breachLength},
	{"a hexadecimal length", get("Content-Length: 0x5"), breachLength},
	{"a length with an underscore in it", get("Content-Length: 1_0"), breachLength},
	{"an empty length", get("Content-Length:"), breachLength},
	{"a length that overflows", get("Content-Length: 18446744073709551621"), breachLength},
	{"length and chunks", get("Content-Length: 5", "Transfer-Encoding: chunked"), breachBoth},
	{"chunks and length", get("Transfer-Encoding: chunked", "Content-Length: 5"), breachBoth},
	{"two codings", get("Transfer-Encoding: gzip, chunked"), breachCoding},
	{"chunked twice", get("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), breachCoding},
	{"chunked in a list", get("Transfer-Encoding: chunked, chunked"), breachCoding},
	{"a coding behind chunked", get("Transfer-Encoding: chunked, identity"), breachCoding},
	{"identity", get("Transfer-Encoding: identity"), breachCoding},
	{"xchunked", get("Transfer-Encoding: xchunked"), breachCoding},
	{"a quoted coding", get(`Transfer-Encoding: "chunked"`), breachCoding},
	{"a coding with a parameter", get("Transfer-Encoding: chunked;q=1"), breachCoding},
	{"a vertical tab", get("Transfer-Encoding: \vchunked"), breachControl},
	{"an empty coding", get("Transfer-Encoding:"), breachCoding},
	{"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", breachOldCoding},
	{"a length to take away", get("Connection: close, content-length", "Content-Length: 5"), breachNominated},
	{"a coding to take away", get("Connection: Transfer-Encoding"), breachNominated},
	{"a host to take away", get("Connection: host"), breachNominated},
	{"a length to come later", get("Transfer-Encoding: chunked", "Trailer: Content-Length"), breachNominated},
	{"an option that is no word", get("Connection: a b"), breachOption},
	{"a protocol that is no word", get("Connection: upgrade", "Upgrade: a b"), breachUpgrade},
	{"a protocol with two versions", get("Connection: upgrade", "Upgrade: a/1/2"), breachUpgrade},
	{"CONNECT with a body", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nContent-Length: 5\r\n\r\n", breachConnect},
	{"a long target", "GET /" + strings.Repeat("a", maxHead) + " HTTP/1.1\r\n\r\n", breachTargetLong},
	{"a long field", get("X: " + strings.Repeat("a", maxHead)), breachHeadLong},
	{"many fields", get(strings.Repeat("X: y\r\n", maxFields) + "X: y"), breachFields},
}

func TestAHeadIsReadInOneWayOrNotAtAll(t *testing.T) {
	for _, row := range heads {
		t.Run(row.name, func(t *testing.T) {
			var h head
			n, why := h.read([]byte(row.text))
			if why != row.why {
				t.Fatalf("it is refused because %q, and not because %q", text(why), text(row.why))
			}
			if why == 0 && n != len(row.text) {
				t.Errorf("%d bytes of %d are read", n, len(row.text))
			}
		})
	}
}

// text is a breach in words, also where there is none.
func text(b breach) string {
	if b == 0 {
		return ""
	}
	return b.Error()
}

func TestAHeadIsTheSameInWhateverPiecesItComes(t *testing.T) {
	for _, row := range heads {
		if len(row.text) > 4<<10 {
			continue
		}
		var h head
		var n int
		var why breach
		for end := range len(row.text) + 1 {
			if n, why = h.read([]byte(row.text[:end])); n > 0 || why != 0 {
				break
			}
		}
		if why != row.why {
			t.Errorf("%s: in pieces it is refused because %q, and not because %q", row.name, text(why), text(row.why))
		}
	}
}

func TestEachBreachSaysWhatIsWrongAndWhereThatIsWritten(t *testing.T) {
	for b := breachLineFeed; b <= breachSlow; b++ {
		if row := breaches[b]; row.what == "" || row.source == "" || http.StatusText(row.status) == "" {
			t.Errorf("breach %d says %+v", b, row)
		}
	}
}

func TestAHeadThatIsReadAgainAllocatesNothing(t *testing.T) {
	text := []byte(get("User-Agent: a", "Accept: */*", "Connection: keep-alive", "Content-Length: 5"))
	var h head
	h.read(text)
	if n := testing.AllocsPerRun(100, func() {
		h.reset()
		if n, _ := h.read(text); n == 0 {
			t.Error("it is not read")
		}
	}); n > 0 {
		t.Errorf("it allocates %v times", n)
	}
}

func TestAnAnswerEndsWhereItsHeadSays(t *testing.T) {
	for _, row := range []struct {
		name, method, text string
		want               framing
		length             uint64
		why                breach
	}{
		{"a length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", framedByLength, 5, 0},
		{"nothing to come", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", framedByNothing, 0, 0},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", framedByNothing, 5, 0},
		{"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", framedByNothing, 5, 0},
		{"103", "GET", "HTTP/1.1 103 Early Hints\r\n\r\n", framedByNothing, 0, 0},
		{"101", "GET", "HTTP/1.1 101 Switching Protocols\r\n\r\n", framedAsTunnel, 0, 0},
		{"CONNECT", "CONNECT", "HTTP/1.1 200 OK\r\n\r\n", framedAsTunnel, 0, 0},
		{"a refused CONNECT", "CONNECT", "HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\n", framedByLength, 5, 0},
		{"chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", framedByChunks, 0, 0},
		{"close", "GET", "HTTP/1.0 200 OK\r\n\r\n", framedByClose, 0, 0},
		{"no reason", "GET", "HTTP/1.1 200\r\n\r\n", framedByClose, 0, 0},
		{"two digits", "GET", "HTTP/1.1 20 OK\r\n\r\n", 0, 0, breachStatusLine},
		{"no status", "GET", "HTTP/1.1\r\n\r\n", 0, 0, breachStatusLine},
		{"another protocol", "GET", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 0, 0, breachStatusLine},
		{"both", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 0, breachBoth},
		{"an empty line before", "GET", "\r\nHTTP/1.1 200 OK\r\n\r\n", 0, 0, breachBlank},
	} {
		var h head
		h.expect([]byte(row.method))
		if _, why := h.read([]byte(row.text)); why != row.why {
			t.Errorf("%s: it is refused because %q", row.name, text(why))
		} else if why == 0 && (h.framing != row.want || h.length != row.length) {
			t.Errorf("%s: framing %d, length %d", row.name, h.framing, h.length)
		}
	}
}

// FuzzParseHead holds heads against net/http: what is let through, it reads, and
// as the same. It leaves out an empty line before a request, which it does not
// know, and what it does to fields on the way: Host and the framing are taken
// out, and Pragma makes a Cache-Control. Zeros before a length are taken out here.
func FuzzParseHead(f *testing.F) {
	for _, row := range heads {
		f.Add([]byte(row.text), uint8(7))
	}
	for _, row := range bodies {
		f.Add([]byte(get("Transfer-Encoding: chunked")+row.text), uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint8) {
		var h, again head
		n, why := h.read(b)
		for end := 0; end <= len(b); end += int(piece) + 1 { // in pieces it is the same
			if m, w := again.read(b[:end]); m != 0 || w != 0 {
				if m != n || w != why {
					t.Fatalf("in pieces: %d, %q; at once: %d, %q", m, text(w), n, text(why))
				}
				break
			}
		}
		if n == 0 {
			return
		}
		r, err := http.ReadRequest(bufio.NewReaderSize(bytes.NewReader(b[h.start:]), maxHead))
		if err != nil {
			t.Fatalf("net/http does not read it: %v", err)
		}
		if diff := cmp.Diff(summary(r), h.summary(b)); diff != "" {
			t.Fatalf("-net/http +here\n%s", diff)
		}
		if h.framing == framedAsTunnel {
			return
		}
		want, err := io.ReadAll(r.Body)
		got, whole := h.body(b[n:])
		switch {
		case whole && err != nil:
			t.Fatalf("net/http does not read its body: %v", err)
		case whole && !bytes.Equal(want, got):
			t.Fatalf("net/http reads the body %q, and this %q", want, got)
		case whole:
			if diff := cmp.Diff(r.Trailer, h.trailer(b[n:]), equateEmpty); diff != "" {
				t.Fatalf("-net/http +here\n%s", diff)
			}
		}
	})
}

var equateEmpty = cmp.Transformer("empty", func(h http.Header) map[string][]string {
	if len(h) == 0 {
		return nil
	}
	return h
})

// summary is what net/http makes of a head, and what it should be the same as.
func summary(r *http.Request) map[string]string {
	if _, ok := r.Header["Content-Length"]; ok {
		r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10)) // without zeros before it
	}
	return map[string]string{
		"method": r.Method, "target": r.RequestURI, "minor": strconv.Itoa(r.ProtoMinor), "host": strings.ToLower(r.Host),
		"length": strconv.FormatInt(r.ContentLength, 10), "coding": strings.Join(r.TransferEncoding, ","), "fields": fmt.Sprint(r.Header),
	}
}

func (h *head) summary(b []byte) map[string]string {
	fields := http.Header{}
	for _, f := range h.fields {
		key := textproto.CanonicalMIMEHeaderKey(string(f.name.of(b)))
		fields[key] = append(fields[key], string(f.value.of(b)))
	}
	host := strings.ToLower(string(h.host.of(b)))
	target := h.target.of(b)
	if from, to, ok := absolute(target); ok {
		host = strings.ToLower(string(target[from:to])) // the same place, with its usual port or without
	}
	if h.framing == framedAsTunnel {
		host = strings.ToLower(string(target))
	}
	delete(fields, "Host")
	if p, ok := fields["Pragma"]; ok && p[0] == "no-cache" && fields["Cache-Control"] == nil {
		fields["Cache-Control"] = []string{"no-cache"}
	}
	length, coding := strconv.FormatUint(h.length, 10), ""
	if h.framing == framedByChunks {
		length, coding = "-1", "chunked"
		delete(fields, "Trailer")
		delete(fields, "Transfer-Encoding")
	}
	return map[string]string{
		"method": string(h.method.of(b)), "target": string(target), "minor": strconv.Itoa(int(h.minor)), "host": host,
		"length": length, "coding": coding, "fields": fmt.Sprint(fields),
	}
}
