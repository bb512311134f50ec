package proxy

import (
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

func TestH2MalformedRequestsAreRefused(t *testing.T) {
	testH2Rows(t, h2MalformedRows)
}

func TestH2WellFormedRequestsAreAnswered(t *testing.T) {
	testH2Rows(t, h2FineRows)
}

// h2Asks returns what sends a head of these fields that ends its stream.
func h2Asks(fields ...string) func(*h2Peer) {
	return func(p *h2Peer) { p.ask(1, true, fields...) }
}

// h2Gets returns what asks for something with these fields, too.
func h2Gets(fields ...string) func(*h2Peer) {
	return func(p *h2Peer) { p.get(1, fields...) }
}

// h2AsksFor returns what asks for a path.
func h2AsksFor(path string) func(*h2Peer) {
	return h2Asks(":method: GET", ":scheme: https", ":authority: x", ":path: "+path)
}

const h2MalformedRST = "RST 1 PROTOCOL_ERROR"

var h2MalformedRows = []h2Row{
	{"8.2 a name in upper case", h2Gets("X-Up: 1"), h2MalformedRST},
	{"8.2.1 a name that is empty", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, append(p.fieldBlock(h2Get...), 0, 0, 1, 'x'))
	}, h2MalformedRST},
	{"8.2.1 a space in a name", h2Gets("a b: 1"), h2MalformedRST},
	{"8.2.1 a name beyond ASCII", h2Gets("gr\xfc\xdf: 1"), h2MalformedRST},
	{"8.2.1 a line feed in a value", h2Gets("a: b\nc: d"), h2MalformedRST},
	{"8.2.1 a carriage return in a value", h2Gets("a: b\rc"), h2MalformedRST},
	{"8.2.1 NUL in a value", h2Gets("a: b\x00c"), h2MalformedRST},
	{"8.2.1 DEL in a long value", h2Gets("a: 0123456789abcdef\x7f0123456789"), h2MalformedRST},
	{"8.2.1 a space before a value", h2Gets("a:  b"), h2MalformedRST},
	{"8.2.1 a tab behind a value", h2Gets("a: b\t"), h2MalformedRST},
	{"8.2.2 connection", h2Gets("connection: keep-alive"), h2MalformedRST},
	{"8.2.2 keep-alive", h2Gets("keep-alive: 5"), h2MalformedRST},
	{"8.2.2 proxy-connection", h2Gets("proxy-connection: keep-alive"), h2MalformedRST},
	{"8.2.2 transfer-encoding", h2Gets("transfer-encoding: chunked"), h2MalformedRST},
	{"8.2.2 upgrade", h2Gets("upgrade: websocket"), h2MalformedRST},
	{"8.2.2 te that is not trailers", h2Gets("te: trailers, deflate"), h2MalformedRST},
	{"8.3 an unknown pseudo-header", h2Gets(":status: 200"), h2MalformedRST},
	{"8.3 a pseudo-header behind a field", h2Asks(":method: GET", ":scheme: https", "a: b", ":authority: x", ":path: /"), h2MalformedRST},
	{"8.3.1 no :method", h2Asks(":scheme: https", ":authority: x", ":path: /"), h2MalformedRST},
	{"8.3.1 no :scheme", h2Asks(":method: GET", ":authority: x", ":path: /"), h2MalformedRST},
	{"8.3.1 no :path", h2Asks(":method: GET", ":scheme: https", ":authority: x"), h2MalformedRST},
	{"8.3.1 an empty :path", h2AsksFor(""), h2MalformedRST},
	{"8.3.1 two :method", h2Gets(":method: GET"), h2MalformedRST},
	{"8.3.1 two :path", h2Gets(":path: /"), h2MalformedRST},
	{"8.3.1 two :authority", h2Gets(":authority: shop.localhost"), h2MalformedRST},
	{"8.3.1 a :method that is none", h2Asks(":method: G T", ":scheme: https", ":authority: x", ":path: /"), h2MalformedRST},
	{"8.3.1 a :scheme of something else", h2Asks(":method: GET", ":scheme: ftp", ":authority: x", ":path: /"), h2MalformedRST},
	{"8.3.1 a :path without a slash", h2AsksFor("x"), h2MalformedRST},
	{"8.3.1 a :path that is a URL", h2AsksFor("http://x/"), h2MalformedRST},
	{"8.3.1 a space in :path", h2AsksFor("/a b"), h2MalformedRST},
	{"8.3.1 a fragment in :path", h2AsksFor("/a#b"), h2MalformedRST},
	{"8.3.1 a :path beyond ASCII", h2AsksFor("/\xc3\xbc"), h2MalformedRST},
	{"8.3.1 half an escape in :path", h2AsksFor("/%4"), h2MalformedRST},
	{"8.3.1 a star for GET", h2AsksFor("*"), h2MalformedRST},
	{"8.3.1 userinfo in :authority", h2Asks(":method: GET", ":scheme: https", ":authority: me@x", ":path: /"), h2MalformedRST},
	{"8.3.1 two hosts in :authority", h2Asks(":method: GET", ":scheme: https", ":authority: x,y", ":path: /"), h2MalformedRST},
	{"8.3.1 an escape in :authority", h2Asks(":method: GET", ":scheme: https", ":authority: x%00", ":path: /"), h2MalformedRST},
	{"8.3.1 a port beyond all in :authority", h2Asks(":method: GET", ":scheme: https", ":authority: x:65536", ":path: /"), h2MalformedRST},
	{"8.3.1 half an address in :authority", h2Asks(":method: GET", ":scheme: https", ":authority: [::1", ":path: /"), h2MalformedRST},
	{"RFC 3875, 4.1.18: a field like transfer-encoding", h2Gets("transfer_encoding: chunked"), h2MalformedRST},
	{"RFC 3875, 4.1.18: a field like content-length", h2Gets("content_length: 5"), h2MalformedRST},
	{"8.3.1 a slash in :authority", h2Asks(":method: GET", ":scheme: https", ":authority: x/y", ":path: /"), h2MalformedRST},
	{"8.3.1 neither :authority nor host", h2Asks(":method: GET", ":scheme: https", ":path: /"), h2MalformedRST},
	{"8.3.1 a host that is not the :authority", h2Gets("host: bank.localhost"), h2MalformedRST},
	{"8.3.1 two hosts", h2Asks(":method: GET", ":scheme: https", ":path: /", "host: x", "host: y"), h2MalformedRST},
	{"8.1.1 content-length that is no number", h2Gets("content-length: +1"), h2MalformedRST},
	{"8.1.1 content-length beyond 63 bits", h2Gets("content-length: 9223372036854775808"), h2MalformedRST},
	{"8.1.1 two content-lengths", h2Gets("content-length: 0", "content-length: 0"), h2MalformedRST},
	{"8.1.1 content-length and no body", h2Gets("content-length: 1"), h2MalformedRST},
	{"8.1.1 more body than content-length", func(p *h2Peer) {
		p.post(1, "content-length: 3")
		p.data(1, "1234")
	}, h2MalformedRST},
	{"8.1.1 less body than content-length", func(p *h2Peer) {
		p.post(1, "content-length: 3")
		p.last(1, "12")
	}, h2MalformedRST},
	{"8.1.1 less body than content-length, and trailers", func(p *h2Peer) {
		p.post(1, "content-length: 3")
		p.data(1, "12")
		p.ask(1, true, "a: b")
	}, h2MalformedRST},
	{"8.5 CONNECT with :path", h2Asks(":method: CONNECT", ":authority: x:1", ":path: /"), h2MalformedRST},
	{"8.5 CONNECT with :scheme", h2Asks(":method: CONNECT", ":authority: x:1", ":scheme: https"), h2MalformedRST},
	{"8.5 CONNECT without :authority", h2Asks(":method: CONNECT"), h2MalformedRST},
	{"RFC 8441, 4: :protocol for GET", h2Asks(":method: GET", ":protocol: websocket", ":scheme: https", ":authority: x", ":path: /"), h2MalformedRST},
	{"RFC 8441, 4: :protocol without :path", h2Asks(":method: CONNECT", ":protocol: websocket", ":scheme: https", ":authority: x"), h2MalformedRST},
	{"RFC 8441, 4: :protocol without :scheme", h2Asks(":method: CONNECT", ":protocol: websocket", ":path: /", ":authority: x"), h2MalformedRST},
	{"RFC 8441, 4: a :protocol that is none", h2Asks(":method: CONNECT", ":protocol: a b", ":scheme: https", ":path: /", ":authority: x"), h2MalformedRST},
	{"10.5.1 a head that is too long", h2Gets("a: "+strings.Repeat("x", 40_000), "b: "+strings.Repeat("x", 40_000)), "GOAWAY FRAME_SIZE_ERROR"},
	{"10.5.1 a head of many parts that is too long", func(p *h2Peer) {
		p.parts(1, append(h2Get, "a: "+strings.Repeat("~", 40_000), "b: "+strings.Repeat("~", 40_000))...)
	}, "431 1 end"},
	{"10.5.1 a small head that stands for a long one", func(p *h2Peer) {
		b := p.fieldBlock(append(h2Get, "a: "+strings.Repeat("x", 3000))...)
		for range 1000 {
			b = append(b, 0x80|62)
		}
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b, EndStream: true, EndHeaders: true})
	}, "431 1 end"},
	{"10.5.1 a head that does not end (CVE-2024-27316)", func(p *h2Peer) {
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...)})
		for range 20 {
			p.WriteContinuation(1, false, p.fieldBlock("a: "+strings.Repeat("~", 12_000)))
		}
	}, "GOAWAY ENHANCE_YOUR_CALM"},
	{"10.5 CONTINUATION without content", func(p *h2Peer) {
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...)})
		for range 1100 {
			p.WriteContinuation(1, false, nil)
		}
	}, "GOAWAY ENHANCE_YOUR_CALM"},
}

var h2FineRows = []h2Row{
	{"8.3.1 host in place of :authority", h2Asks(":method: GET", ":scheme: https", ":path: /", "host: x"), "200 1 end"},
	{"8.3.1 host beside the same :authority", h2Gets("host: shop.localhost"), "200 1 end"},
	{"8.3.1 a star for OPTIONS", h2Asks(":method: OPTIONS", ":scheme: https", ":authority: x", ":path: *"), "200 1 end"},
	{"8.3.1 two slashes", h2AsksFor("//x/y"), "200 1 end"},
	{"8.3.1 everything a path may have", h2AsksFor("/a%2Fb;c=d,e@f:g!$&'()*+~-._?a=/?%20&&b[]=|"), "200 1 end"},
	{"8.2.2 te: trailers", h2Gets("te: trailers"), "200 1 end"},
	{"8.2.1 an empty value", h2Gets("a: "), "200 1 end"},
	{"8.2.1 a tab and bytes beyond ASCII in a value", h2Gets("a: b\tc \xff\xfe"), "200 1 end"},
	{"8.1.1 a content-length that fits", func(p *h2Peer) {
		p.post(1, "content-length: 4")
		p.data(1, "12")
		p.last(1, "34")
	}, "200 1; DATA 1 4 end"},
	{"8.1 an empty body in a frame of its own", func(p *h2Peer) {
		p.post(1, "content-length: 0")
		p.last(1, "")
	}, "200 1 end"},
	{"8.5 CONNECT", h2Asks(":method: CONNECT", ":authority: x:1"), "200 1 end"},
	{"5.1.1 numbers that are left out", func(p *h2Peer) { p.get(77); p.get(1001) }, "200 77 end; 200 1001 end"},
}

// parts sends a head in as many frames as it takes.
func (p *h2Peer) parts(id uint32, fields ...string) {
	b := p.fieldBlock(fields...)
	kind, flags := http2.FrameHeaders, h2EndStream
	for len(b) > 16384 {
		p.WriteRawFrame(kind, flags, id, b[:16384])
		b, kind, flags = b[16384:], http2.FrameContinuation, 0
	}
	p.WriteRawFrame(kind, flags|h2EndHeaders, id, b)
}
