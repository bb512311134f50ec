package tap

import (
	"bytes"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// keep has one request go by, and reads it.
func keep(t *testing.T, from Passage, head string, tell func(*Track)) limen.Recording {
	t.Helper()
	dir := t.TempDir()
	p := open(t, dir, Config{Now: func() time.Time { return at(7) }})
	k := p.Begin(at(0), from, []byte(head))
	tell(k)
	end(t, p)
	return recording(t, dir, "1")
}

func TestAnAddressIsWhatTheClientAskedFor(t *testing.T) {
	for _, row := range []struct {
		head     string
		isSecret bool
		want     string
	}{
		{"GET /a?b#c HTTP/1.1\r\nHost: shop.localhost:8080\r\n\r\n", false, "http://shop.localhost:8080/a?b#c"},
		{"GET / HTTP/2.0\r\nHost: shop.localhost\r\n\r\n", true, "https://shop.localhost/"},
		{"OPTIONS * HTTP/1.1\r\nhost: shop.localhost\r\n\r\n", false, "http://shop.localhost*"},
		{"GET http://other.localhost/x HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", false, "http://other.localhost/x"},
		{"CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n", false, "other:443"},
		{"GET /login?next=http://other.localhost/delete HTTP/1.1\r\nHost: shop.localhost\r\n\r\n", false, "http://shop.localhost/login?next=http://other.localhost/delete"},
		{"GET /odd path HTTP/1.0\r\n\r\n", false, "http:///odd"},
		{"\x00", false, ""},
	} {
		from := way
		from.IsSecret = row.isSecret
		if r := keep(t, from, row.head, func(k *Track) { k.End(at(1), "") }); r.URL != row.want {
			t.Errorf("%q: %q", row.head, r.URL)
		}
	}
}

func TestATargetIsWhereTheNameLeads(t *testing.T) {
	for _, want := range []string{"3000", "192.168.1.7:3000", "https://localhost:3000/app", "unix:/run/app.sock", "container:shop-db-1:5432"} {
		target, err := limen.ParseTarget(want)
		if err != nil {
			t.Fatal(err)
		}
		from := Passage{Client: netip.MustParseAddrPort("[fe80::1%eth0]:5000"), Route: &limen.Route{Name: "shop.localhost", Target: target}}
		r := keep(t, from, "GET / HTTP/1.1\r\n\r\n", func(k *Track) { k.End(at(1), "") })
		if r.Target != want || r.Name != "shop.localhost" || r.Client != from.Client {
			t.Errorf("%s: %+v", want, r.Exchange)
		}
	}
	if r := keep(t, Passage{}, "GET / HTTP/1.1\r\n\r\n", func(k *Track) { k.End(at(1), "") }); r.Target != "" || r.Name != "" || r.Client.IsValid() {
		t.Errorf("%+v", r.Exchange)
	}
}

func TestBodiesAreTakenOutOfTheirChunks(t *testing.T) {
	r := keep(t, way, "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", func(k *Track) {
		k.Asked([]byte("5\r\nhel"))
		k.Asked([]byte("lo\r\n0\r\nX-Sum: 1\r\n\r\n"))
		k.Answered(at(1), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
		k.Content([]byte("6\r\nworld!\r\n"))
		k.End(at(2), "the upstream hung up")
	})
	if string(r.Request.Body) != "hello" || r.Sent != 5 || r.Request.Size != 5 || !cmp.Equal(r.Request.Trailers, []limen.Field{{Name: "X-Sum", Value: "1"}}) || len(r.Request.Fields) != 1 {
		t.Errorf("%+v", r.Request)
	}
	if string(r.Answer.Body) != "world!" || r.Fault != "the upstream hung up" {
		t.Errorf("%+v", r.Answer)
	}
}

// Whoever leaves a stream, and a server that breaks off, leave no last chunk; what
// came is whole all the same.
func TestABodyWithoutItsLastChunkIsAsLongAsWhatCame(t *testing.T) {
	for _, row := range []struct {
		content string
		passed  int64
		want    int64
		isCut   bool
	}{
		{"6\r\nworld!\r\n", 0, 6, false},
		{"6\r\nworld!", 0, 6, false},
		{"6\r\nwor", 0, 3, false},
		{"6\r\nworld!\r\nzz\r\nrest", 0, 6, false},
		{"6\r\nworld!\r\n", 100, 111, true}, // of which nobody knows what was in chunks
		{"6\r\nworld!\r\n0\r\n\r\n", 0, 6, false},
	} {
		r := keep(t, way, "GET / HTTP/1.1\r\n\r\n", func(k *Track) {
			k.Answered(at(1), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
			k.Content([]byte(row.content))
			k.Passed(0, row.passed)
			k.End(at(2), "the answer broke off")
		})
		if r.Received != row.want || r.Answer.Size != row.want || r.Answer.IsCut() != row.isCut || len(r.Gaps) > 0 != row.isCut {
			t.Errorf("%q: %d bytes, %+v, %+v", row.content, r.Received, r.Answer, r.Gaps)
		}
	}
}

func TestChunksOfHTTP2AreNoField(t *testing.T) {
	r := keep(t, way, "POST / HTTP/2.0\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n", func(k *Track) {
		k.Asked([]byte("5\r\nhello\r\n0\r\n\r\n"))
		k.End(at(2), "")
	})
	if string(r.Request.Body) != "hello" || len(r.Request.Fields) != 1 {
		t.Errorf("%+v", r.Request)
	}
}

func TestACallOfGRPCIsNamedAndSaysWhatWentWrong(t *testing.T) {
	for _, row := range []struct{ answer, body, want string }{
		{"\r\n", "0\r\nGrpc-Status: 0\r\n\r\n", ""},
		{"\r\n", "0\r\nGrpc-Status: 5\r\nGrpc-Message: no cart %F0%9F%9B%92\r\n\r\n", "gRPC says not found (5): no cart 🛒"},
		{"Grpc-Status: 12\r\n\r\n", "0\r\n\r\n", "gRPC says unimplemented (12)"},
		{"\r\n", "0\r\nGrpc-Status: 99\r\nGrpc-Message: %\r\n\r\n", `gRPC says "99": %`},
	} {
		r := keep(t, way, "POST /shop.Cart/Add HTTP/2.0\r\nContent-Type: application/grpc+proto\r\nTransfer-Encoding: chunked\r\n\r\n", func(k *Track) {
			k.Answered(at(1), []byte("HTTP/2.0 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n"+row.answer))
			k.Content([]byte(row.body))
			k.End(at(2), "")
		})
		if r.Call != "shop.Cart/Add" || r.Fault != row.want {
			t.Errorf("%q: %q, %q", row.body, r.Call, r.Fault)
		}
	}
}

func TestBothSidesOfAWebSocketAreKept(t *testing.T) {
	for _, row := range []struct{ ask, answer string }{
		{"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
		{"CONNECT /chat HTTP/2.0\r\nHost: shop.localhost\r\n:protocol: websocket\r\n\r\n", "HTTP/2.0 200 OK\r\nSec-Websocket-Extensions: permessage-deflate\r\n\r\n"},
	} {
		r := keep(t, way, row.ask, func(k *Track) {
			k.Answered(at(1), []byte(row.answer))
			k.Asked([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"))
			k.Content([]byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x88\x00"))
			k.End(at(9), "")
		})
		want := []limen.Frame{
			{Exchange: "1", Time: at(7), FromClient: true, Kind: limen.FrameText, Body: []byte("Hello"), Size: 5},
			{Exchange: "1", Time: at(7), Kind: limen.FrameText, Body: []byte("Hello"), Size: 5},
			{Exchange: "1", Time: at(7), Kind: limen.FrameClose, Size: 0},
		}
		if diff := cmp.Diff(want, r.Messages); diff != "" || r.Frames != 3 || r.Sent != 11 || r.Received != 11 || len(r.Gaps) > 0 || r.Answer.Body != nil {
			t.Errorf("%s: %+v\n%s", row.ask, r, diff)
		}
	}
}

func TestOfAnotherProtocolOnlyBytesAreCounted(t *testing.T) {
	r := keep(t, way, "GET / HTTP/1.1\r\nUpgrade: other\r\n\r\n", func(k *Track) {
		k.Answered(at(1), []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n"))
		k.Asked([]byte("\x81\x05Hello"))
		k.Content([]byte("bye"))
		k.End(at(9), "")
	})
	if r.Frames != 0 || r.Sent != 7 || r.Received != 3 || string(r.Answer.Body) != "bye" {
		t.Errorf("%+v", r)
	}
}

// Of a tunnel that was joined it is known since when it is heard. What its messages refer
// to is known only if they refer to nothing (RFC 7692, section 7.1.1.1).
func TestATunnelThatWasJoinedSaysSinceWhen(t *testing.T) {
	for _, row := range []struct{ extensions, want string }{
		{"", "Hello"},
		{"permessage-deflate", ""},
		{"permessage-deflate; server_no_context_takeover", "Hello"},
	} {
		message := frame(0x81, "Hello")
		if row.extensions != "" {
			message = "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00" // of section 7.2.3.1
		}
		r := keep(t, way, "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", func(k *Track) {
			k.Answered(at(0), []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: "+row.extensions+"\r\n\r\n"))
			k.Joined(at(3))
			k.Content([]byte(message))
			k.End(at(5), "")
		})
		if !r.Joined.Equal(at(3)) || r.FirstByte != 0 || r.Frames != 1 || len(r.Messages) != 1 || string(r.Messages[0].Body) != row.want {
			t.Errorf("%q: %+v, %+v", row.extensions, r.Exchange, r.Messages)
		}
	}
}

func TestAStreamDoesNotDriveAllElseOut(t *testing.T) {
	const size = 2 * leastSize
	dir := t.TempDir()
	p := open(t, dir, Config{Size: size})
	told := watch(t, p, Watch{})
	pass(p, 0)
	<-told
	k := p.Begin(at(1), way, []byte("GET / HTTP/1.1\r\n\r\n"))
	k.Answered(at(2), []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"))
	<-told
	message := []byte(frame(0x82, strings.Repeat("x", 32<<10-10)))
	for range 4 * size / len(message) {
		for isBehind(p) {
			runtime.Gosched()
		}
		k.Content(message)
	}
	k.End(at(3), "")
	end(t, p)
	got := exchanges(t, dir, Question{})
	if len(got) != 2 || got[0].ID != "1" || got[1].Received != 4*size {
		t.Errorf("%+v", got)
	}
	if kept := sizeOf(t, dir); kept > size/3 || kept < size/4 {
		t.Errorf("%d bytes are kept", kept)
	}
}

func FuzzStory(f *testing.F) {
	dir := f.TempDir()
	p := open(f, dir, Config{})
	pass(p, 0)
	k := p.Begin(at(1), way, []byte("GET / HTTP/1.1\r\n\r\n"))
	k.Answered(at(1), []byte("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"))
	k.Asked([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"))
	k.Content([]byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"))
	k.End(at(2), "gone")
	end(f, p)
	readSegmentFile(f, dir, func(b block) { f.Add(bytes.Clone(b.pieces)) })
	f.Add(append(appendPieceHead(nil, piece{number: 1}, 20), appendPartHead(nil, partWhose, 18)...))
	f.Fuzz(func(t *testing.T, pieces []byte) {
		r := &reading{letter: "a", wanted: map[uint64]bool{1: true, 2: true}, people: map[netip.AddrPort][]sighting{}, known: map[string]*limen.Process{}, stories: map[uint64]*telling{}}
		b := block{pieces: pieces}
		r.meet(b)
		r.tell(b)
		for _, s := range r.stories {
			r.keep(s)
		}
		for _, one := range r.recordings {
			if len(one.Request.Body) > bodyMost || len(one.Answer.Body) > bodyMost || len(one.Messages) > framesMost {
				t.Error("it knows no bounds")
			}
		}
	})
}

func FuzzWhatIsSaid(f *testing.F) {
	f.Add("POST /shop.Cart/Add HTTP/2.0\r\nContent-Type: application/grpc\r\n\r\n", "HTTP/2.0 200 OK\r\nTransfer-Encoding: chunked\r\nGrpc-Status: 5\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "0\r\nGrpc-Message: %41\r\n\r\n")
	f.Add("CONNECT /chat HTTP/2.0\r\n:protocol: websocket\r\n\r\n", "HTTP/2.0 200 OK\r\nSec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n\r\n", "\x81\x00", "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00")
	f.Add("GET / HTTP/1.1\nHost:x\n\n", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; x\r\n\r\n", "", "data: 1\n\n")
	f.Fuzz(func(t *testing.T, head, answer, said, told string) {
		s := newTelling("1", 1, true)
		begun := appendWay(appendTime(nil, 1), way)
		var b []byte
		for _, p := range []struct {
			kind partKind
			body string
		}{
			{partBegun, string(begun[8:]) + head}, {partAsked, said}, {partAnswered, answer}, {partContent, told},
			{partSaid, said}, {partTold, told}, {partEnd, "12345678\xc8\x00\x05\x05" + said},
		} {
			body := p.body
			if timed[p.kind] {
				body = "\x01\x00\x00\x00\x00\x00\x00\x00" + body
			}
			b = append(appendPartHead(b, p.kind, len(body)), body...)
		}
		s.take(piece{number: 1, parts: b, isLast: true})
		r := s.recording()
		if r.Name != "shop.localhost" || r.Open || len(r.Request.Fields) > fieldsMost {
			t.Errorf("%+v", r.Exchange)
		}
	})
}

func FuzzBlocks(f *testing.F) {
	b := finishBlock(append(make([]byte, blockHead), "pieces"...), block{serial: 7, highest: 7, missed: 1, run: 1})
	f.Add(append(appendSegmentHead(nil, 7)[:segmentHead], b...))
	f.Fuzz(func(t *testing.T, segment []byte) {
		total := int64(0)
		end, _ := readBlocks(bytes.NewReader(segment), place{serial: 7}, func(b block) error {
			total += int64(blockHead + len(b.pieces))
			return nil
		})
		if end > int64(len(segment)) || total > 0 && end != int64(segmentHead)+total {
			t.Errorf("%d bytes in %d of %d", total, end, len(segment))
		}
	})
}

// Whoever answers at once may leave the rest of a request unread, and it is not to be
// taken for all of it.
func TestOfARequestThatDidNotComeWholeTheRestIsMissed(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, Config{})
	k := p.Begin(at(0), way, []byte("PUT /x HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 9\r\n\r\n"))
	k.Asked([]byte("some"))
	k.Answered(at(1), []byte(answered))
	k.Content([]byte("world!"))
	k.End(at(2), "")
	end(t, p)
	r := recording(t, dir, "1")
	if r.Sent != 4 || string(r.Request.Body) != "some" || !r.Request.IsCut() || len(r.Gaps) != 1 || r.Gaps[0].What != "5 of 9 bytes of the body of the request" {
		t.Errorf("%+v", r)
	}
}
