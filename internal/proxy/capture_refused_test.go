package proxy

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// refusals are requests that are refused, and what is recorded of them.
var refusals = []struct {
	name, text string
	status     string
	why        breach
	ask        string // what the head begins with
	isNameless bool   // it names no route
	isLong     bool   // it goes the long way, too
}{
	{name: "both lengths", text: "POST /a?b HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", status: "400", why: breachBoth, ask: "POST /a?b HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
	{name: "a space before the colon", text: "GET /a HTTP/1.1\r\nX: 1\r\nAuthorization : Basic c2VjcmV0\r\nHost: shop.localhost\r\n\r\n", status: "400", why: breachSpace, ask: "GET /a HTTP/1.1\r\nX: 1\r\nHost: shop.localhost\r\n\r\n"},
	{name: "a folded line", text: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\nX: 1\r\n c2VjcmV0: 2\r\n\r\n", status: "400", why: breachFold, ask: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\nX: 1\r\n\r\n"},
	{name: "a line feed alone", text: "GET /a HTTP/1.1\nHost: shop.localhost\n\n", status: "400", why: breachLineFeed, ask: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"},
	{name: "no such version", text: "GET /a HTTP/3.0\r\nHost: shop.localhost\r\n\r\n", status: "505", why: breachVersion, ask: "GET /a HTTP/3.0\r\nHost: shop.localhost\r\n\r\n"},
	{name: "a target with a space", text: "GET /a b HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", status: "400", why: breachTarget, ask: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"},
	{name: "too long a target", text: "GET /" + strings.Repeat("a", maxHead), status: "414", why: breachTargetLong, ask: "GET /aaaa", isNameless: true},
	{name: "too long a head", text: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\nX: " + strings.Repeat("a", maxHead), status: "431", why: breachHeadLong, ask: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"},
	{name: "an expectation", text: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\nExpect: 200-ok\r\n\r\n", status: "417", why: breachExpect, ask: "GET /a HTTP/1.1\r\nHost: shop.localhost\r\nExpect: 200-ok\r\n\r\n"},
	{name: "no HTTP", text: "\x00\x01\x02\r\n\r\n", status: "400", why: breachRequestLine, ask: "  HTTP/1.1\r\n\r\n", isNameless: true},
	{name: "a bad chunk", text: "POST /a HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", status: "400", why: breachChunkSize, ask: "POST /a HTTP/1.1\r\n", isLong: true},
	{name: "a bad chunk that comes late", text: "POST /a HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n|zz\r\n", status: "400", why: breachChunkSize, ask: "POST /a HTTP/1.1\r\n", isLong: true},
}

func TestARefusedRequestIsRecordedWithWhy(t *testing.T) {
	for _, row := range refusals {
		for _, isLong := range []bool{false, true} {
			if isLong && !row.isLong {
				continue // a head that can be taken it has already
			}
			name, text := row.name, row.text
			if isLong {
				name, text = name+", the long way", strings.Replace(text, "Host:", "Via: 1.1 x\r\nHost:", 1)
			}
			t.Run(name, func(t *testing.T) {
				came := make(chan struct{}, 1)
				front := standHot(t, Config{}, raw(t, func(c net.Conn) {
					heard(c)
					came <- struct{}{}
					io.Copy(io.Discard, c)
				}), nil)
				l := &listener{heard: make(chan *hearing, 2)}
				front.proxy.Record(l)
				c := front.dial(t)
				first, late, isLate := strings.Cut(text, "|")
				if c.say(first); isLate {
					<-came
					c.say(late)
				}
				answer, _ := io.ReadAll(c.in)
				h := l.next(t)
				if !strings.HasPrefix(string(answer), "HTTP/1.1 "+row.status+" ") || !strings.HasPrefix(h.answer, "HTTP/1.1 "+row.status+" ") || h.fault != row.why.Error() {
					t.Errorf("%.60q, recorded %.60q with %q", answer, h.answer, h.fault)
				}
				if n := front.long.Load(); (n > 0) != isLong {
					t.Errorf("%d went the long way", n)
				}
				if !strings.HasPrefix(h.ask, row.ask) || len(h.ask) > mostRemnant+100 || strings.Contains(h.ask, "c2VjcmV0") {
					t.Errorf("asked %.200q", h.ask)
				}
				if (h.from.Route == nil) != row.isNameless || !h.from.Client.IsValid() || !h.from.Here.IsValid() {
					t.Errorf("%+v", h.from)
				}
				if body, _ := h.body(t); !strings.Contains(body, row.why.Error()) {
					t.Errorf("%q", body)
				}
			})
		}
	}
}

func TestARequestThatStopsIsRecordedWithWhy(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		why  breach
	}{
		"its head":                   {"GET /a HTTP/1.1\r\nHost: shop.localhost\r\nX: ", breachSlow},
		"its body":                   {"POST /a HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhel", breachStalled},
		"its body, on the long way":  {"POST /a HTTP/1.1\r\nVia: 1.1 x\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhel", breachStalled},
		"another one has come first": {"GET /a HTTP/1.1\r\nHost: shop.localhost\r\n\r\nGET /a HTTP/1.1\r\nHost: shop.localhost\r\nX: ", breachSlow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they mostly wait
			front := standHot(t, Config{}, behind(t, greet), func(f *front) {
				f.sorter.limits.head, f.sorter.body = hurry, hurry
			})
			l := &listener{heard: make(chan *hearing, 2)}
			front.proxy.Record(l)
			c := front.dial(t)
			c.say(row.text)
			io.ReadAll(c.in)
			h := l.next(t)
			if h.fault == "" {
				h = l.next(t)
			}
			if !strings.HasPrefix(h.answer, "HTTP/1.1 408 ") || h.fault != row.why.Error() || h.from.Route == nil {
				t.Errorf("%q with %q", h.answer, h.fault)
			}
		})
	}
}

func TestARequestThatIsRefusedInHTTP2IsRecordedWithWhy(t *testing.T) {
	for _, row := range []struct {
		name   string
		fields []string
		end    string
		ask    string
		answer string
		fault  string
	}{
		{"too long a head", append([]string{":method: GET", ":scheme: http", ":authority: shop.localhost", ":path: /a", "x-a: 1"}, "x-b: "+strings.Repeat("a", maxHead)), "431 1 end",
			"GET /a HTTP/2.0\r\nHost: shop.localhost\r\nX-A: 1\r\n\r\n", "HTTP/2.0 431 ", breachHeadLong.Error()},
		{"a field of HTTP/1.1", []string{":method: GET", ":scheme: http", ":authority: shop.localhost", ":path: /a", "connection: x"}, "RST 1 PROTOCOL_ERROR",
			"GET /a HTTP/2.0\r\nHost: shop.localhost\r\nConnection: x\r\n\r\n", "", "Connection, which is a field of HTTP/1.1"},
		{"a path of two lines", []string{":method: GET", ":scheme: http", ":authority: shop.localhost", ":path: /a\r\nX: y"}, "RST 1 PROTOCOL_ERROR",
			"GET /a HTTP/2.0\r\nHost: shop.localhost\r\n\r\n", "", "a :path that is none"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := New(Config{Drain: func() time.Duration { return 0 }})
			p.Set([]Route{behind(t, greet)})
			l := &listener{heard: make(chan *hearing, 2)}
			p.Record(l)
			conn := dial(t, serveFor(t, p))
			io.WriteString(conn, h2Preface)
			peer := newH2Peer(t, conn)
			peer.WriteSettings()
			block := peer.fieldBlock(row.fields...)
			const most = 16 << 10 // of a frame
			peer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block[:min(most, len(block))], EndStream: true, EndHeaders: len(block) <= most})
			for block = block[min(most, len(block)):]; len(block) > 0; block = block[min(most, len(block)):] {
				peer.WriteContinuation(1, len(block) <= most, block[:min(most, len(block))])
			}
			peer.until(row.end)
			h := l.next(t)
			if h.ask != row.ask || !strings.HasPrefix(h.answer, row.answer) || (h.answer == "") != (row.answer == "") || h.fault != row.fault || h.from.Route == nil || !h.from.Here.IsValid() {
				t.Errorf("%q, %q, %q, %+v", h.ask, h.answer, h.fault, h.from)
			}
		})
	}
}

func TestNothingIsRecordedOfARefusalThatNobodyWants(t *testing.T) {
	front := standHot(t, Config{}, behind(t, greet), nil)
	l := &listener{heard: make(chan *hearing, 2), wants: func(from Passage) bool { return from.Route == nil }}
	front.proxy.Record(l)
	c := front.dial(t)
	c.say(refusals[0].text)
	if io.ReadAll(c.in); len(l.heard) > 0 {
		t.Error("it is recorded")
	}
}

// What is recorded of a head that could not be taken is itself one that can be read in
// one way, whatever was sent.
func FuzzRemnant(f *testing.F) {
	for _, row := range refusals {
		f.Add([]byte(row.text[:min(len(row.text), 1000)]))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		m := remnantOf(said)
		if len(m.head) > mostRemnant+len("  HTTP/1.1\r\n") {
			t.Fatalf("%d bytes", len(m.head))
		}
		first, rest, _ := strings.Cut(string(m.head), "\r\n")
		if words := strings.Split(first, " "); len(words) != 3 || !isName([]byte(words[0]+"x")) || !isAll([]byte(words[1]), inTarget) {
			t.Errorf("the first line is %q", first)
		}
		for line := range strings.Lines(rest) {
			if text, ok := strings.CutSuffix(line, "\r\n"); ok {
				if _, why := fieldOf([]byte(text), span{0, uint32(len(text))}); why == 0 {
					continue
				}
			}
			t.Errorf("a line is %q", line)
		}
		if m.host != "" && !isAuthority([]byte(m.host)) {
			t.Errorf("the host is %q", m.host)
		}
	})
}
