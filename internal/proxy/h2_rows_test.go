package proxy

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

// An h2Row is a rule of RFC 9113 (or of the RFC that it names), what a client does,
// and what has to come of it. If that does not end the connection, it has to work on.
type h2Row struct {
	rule string
	do   func(*h2Peer)
	want string
}

// h2Echo answers with what it got; /wait waits for the end of the request, /begin
// answers before that.
var h2Echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/wait":
		<-r.Context().Done()
		return
	case "/early":
		w.WriteHeader(http.StatusForbidden)
		return
	case "/big":
		w.Write(make([]byte, 100_000))
		return
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Write(b)
})

// testH2Rows runs rows, each on a connection of its own.
func testH2Rows(t *testing.T, rows []h2Row) {
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			p, ended := peerH2(t, h2Echo, h2Limits{})
			p.WriteSettings()
			row.do(p)
			p.until(strings.Split(row.want, "; ")...)
			if strings.Contains(row.want, "GOAWAY") {
				p.over()
				p.conn.Close()
				if err := <-ended; err == nil {
					t.Error("serveHTTP2 said that all was well")
				}
				return
			}
			p.alive()
		})
	}
}

func TestH2FramesAreTakenAsTheRFCSays(t *testing.T) {
	testH2Rows(t, h2FrameRows)
}

func TestH2StreamsHaveTheStatesOfTheRFC(t *testing.T) {
	testH2Rows(t, h2StateRows)
}

var h2FrameRows = []h2Row{
	{"4.1 unknown frames are ignored", func(p *h2Peer) {
		p.WriteRawFrame(0x42, 0xff, 0, []byte("?"))
		p.WriteRawFrame(0x42, 0xff, 7, nil)
		p.get(1)
	}, "200 1 end"},
	{"4.1 undefined flags are ignored", func(p *h2Peer) {
		p.WriteRawFrame(http2.FramePing, 0xf6, 0, make([]byte, 8))
	}, "PING ack true"},
	{"4.1 the reserved bit is ignored", func(p *h2Peer) {
		p.raw(0, 0, 8, 6, 0, 0x80, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
	}, "PING ack true"},
	{"4.2 a DATA frame of the longest kind is taken", func(p *h2Peer) {
		p.post(1)
		p.last(1, strings.Repeat("x", 16384))
	}, "200 1"},
	{"4.2 a longer DATA frame", func(p *h2Peer) {
		p.post(1)
		p.last(1, strings.Repeat("x", 16385))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"4.2 a longer HEADERS frame", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, make([]byte, 16385))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"4.3 a field block that cannot be decoded", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, []byte{0x40})
	}, "GOAWAY COMPRESSION_ERROR"},
	{"4.3 a field block that refers to nothing", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, []byte{0xff, 0x20})
	}, "GOAWAY COMPRESSION_ERROR"},
	{"RFC 7541, 6.1 index 0", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, []byte{0x80})
	}, "GOAWAY COMPRESSION_ERROR"},
	{"RFC 7541, 5.2 padding of a Huffman string longer than 7 bits", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, []byte("\x00\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff"))
	}, "GOAWAY COMPRESSION_ERROR"},
	{"RFC 7541, 6.3 a table larger than we have", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2EndHeaders|h2EndStream, 1, []byte{0x3f, 0xe2, 0x1f})
	}, "GOAWAY COMPRESSION_ERROR"},
	{"4.3 a PING between HEADERS and CONTINUATION", func(p *h2Peer) {
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...)})
		p.WritePing(false, [8]byte{})
	}, "GOAWAY PROTOCOL_ERROR"},
	{"5.5 an unknown frame between HEADERS and CONTINUATION", func(p *h2Peer) {
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...)})
		p.WriteRawFrame(0x42, 0, 1, nil)
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.1 DATA on stream 0", func(p *h2Peer) { p.data(0, "x") }, "GOAWAY PROTOCOL_ERROR"},
	{"6.1 DATA with padding", func(p *h2Peer) {
		p.post(1)
		p.WriteDataPadded(1, true, []byte("hello"), make([]byte, 200))
	}, "200 1; DATA 1 5 end"},
	{"6.1 more padding than DATA", func(p *h2Peer) {
		p.post(1)
		p.WriteRawFrame(http2.FrameData, h2Padded, 1, []byte{6, 1, 2, 3, 4, 5})
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.1 padding without its length", func(p *h2Peer) {
		p.post(1)
		p.WriteRawFrame(http2.FrameData, h2Padded, 1, nil)
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.2 HEADERS on stream 0", func(p *h2Peer) { p.get(0) }, "GOAWAY PROTOCOL_ERROR"},
	{"6.2 HEADERS with priority and padding", func(p *h2Peer) {
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...), EndStream: true, EndHeaders: true,
			PadLength: 9, Priority: http2.PriorityParam{StreamDep: 3, Weight: 7, Exclusive: true}})
	}, "200 1 end"},
	{"6.2 more padding than HEADERS", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2Padded|h2EndHeaders, 1, []byte{9, 0x82})
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.2 HEADERS too short for their priority", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameHeaders, h2Priority|h2EndHeaders, 1, []byte{0, 0, 0})
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.3 PRIORITY is ignored, on streams that are none, too", func(p *h2Peer) {
		p.WritePriority(9, http2.PriorityParam{StreamDep: 9, Weight: 3})
		p.get(1)
		p.WritePriority(1, http2.PriorityParam{StreamDep: 2})
	}, "200 1 end"},
	{"6.3 PRIORITY on stream 0", func(p *h2Peer) {
		p.WriteRawFrame(http2.FramePriority, 0, 0, make([]byte, 5))
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.3 PRIORITY of a wrong length", func(p *h2Peer) {
		p.WriteRawFrame(http2.FramePriority, 0, 1, make([]byte, 4))
	}, "RST 1 FRAME_SIZE_ERROR"},
	{"6.4 RST_STREAM on stream 0", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameRSTStream, 0, 0, make([]byte, 4))
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.4 RST_STREAM of a wrong length", func(p *h2Peer) {
		p.get(1)
		p.WriteRawFrame(http2.FrameRSTStream, 0, 1, make([]byte, 3))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.5 SETTINGS are acknowledged", func(p *h2Peer) { p.set(http2.SettingMaxFrameSize, 1<<20) }, "SETTINGS ack"},
	{"6.5 SETTINGS on a stream", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameSettings, 0, 1, nil)
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.5 an acknowledgement that says something", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameSettings, h2Ack, 0, make([]byte, 6))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.5 SETTINGS of a wrong length", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameSettings, 0, 0, make([]byte, 7))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.5.2 unknown settings are ignored", func(p *h2Peer) { p.set(0xfe, 1<<31); p.get(1) }, "200 1 end"},
	{"6.5.2 ENABLE_PUSH of 2", func(p *h2Peer) { p.set(http2.SettingEnablePush, 2) }, "GOAWAY PROTOCOL_ERROR"},
	{"6.5.2 INITIAL_WINDOW_SIZE beyond 31 bits", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 1<<31)
	}, "GOAWAY FLOW_CONTROL_ERROR"},
	{"6.5.2 MAX_FRAME_SIZE too small", func(p *h2Peer) { p.set(http2.SettingMaxFrameSize, 16383) }, "GOAWAY PROTOCOL_ERROR"},
	{"6.5.2 MAX_FRAME_SIZE too large", func(p *h2Peer) { p.set(http2.SettingMaxFrameSize, 1<<24) }, "GOAWAY PROTOCOL_ERROR"},
	{"6.5.3 the last of two values for one setting counts", func(p *h2Peer) {
		p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 100}, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1})
		p.ask(1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /big")
	}, "200 1; DATA 1 1"},
	{"6.6 PUSH_PROMISE from a client", func(p *h2Peer) {
		p.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 3, BlockFragment: p.fieldBlock(h2Get...), EndHeaders: true})
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.7 PING is answered", func(p *h2Peer) { p.WritePing(false, [8]byte{1}) }, "PING ack true"},
	{"6.7 PING on a stream", func(p *h2Peer) {
		p.WriteRawFrame(http2.FramePing, 0, 1, make([]byte, 8))
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.7 PING of a wrong length", func(p *h2Peer) {
		p.WriteRawFrame(http2.FramePing, 0, 0, make([]byte, 7))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.8 GOAWAY on a stream", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameGoAway, 0, 1, make([]byte, 8))
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.8 GOAWAY that is too short", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameGoAway, 0, 0, make([]byte, 7))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.9 WINDOW_UPDATE of a wrong length", func(p *h2Peer) {
		p.WriteRawFrame(http2.FrameWindowUpdate, 0, 0, make([]byte, 3))
	}, "GOAWAY FRAME_SIZE_ERROR"},
	{"6.10 CONTINUATION of nothing", func(p *h2Peer) { p.WriteContinuation(1, true, nil) }, "GOAWAY PROTOCOL_ERROR"},
	{"6.10 CONTINUATION of a head that is whole", func(p *h2Peer) {
		p.post(1)
		p.WriteContinuation(1, true, p.fieldBlock("a: b"))
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.10 CONTINUATION of another stream", func(p *h2Peer) {
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...)})
		p.WriteContinuation(3, true, nil)
	}, "GOAWAY PROTOCOL_ERROR"},
	{"6.10 a head in many parts", func(p *h2Peer) {
		b := p.fieldBlock(append(h2Get, "a: b", "c: d")...)
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b[:1], EndStream: true})
		for i := 1; i < len(b); i++ {
			p.WriteContinuation(1, i == len(b)-1, b[i:i+1])
		}
	}, "200 1 end"},
}

var h2StateRows = []h2Row{
	{"5.1 idle: DATA", func(p *h2Peer) { p.data(1, "x") }, "GOAWAY PROTOCOL_ERROR"},
	{"5.1 idle: RST_STREAM", func(p *h2Peer) { p.WriteRSTStream(1, http2.ErrCodeCancel) }, "GOAWAY PROTOCOL_ERROR"},
	{"5.1 idle: WINDOW_UPDATE", func(p *h2Peer) { p.window(1, 1) }, "GOAWAY PROTOCOL_ERROR"},
	{"5.1 idle: a stream of ours", func(p *h2Peer) { p.window(2, 1) }, "GOAWAY PROTOCOL_ERROR"},
	{"5.1 half closed: DATA", func(p *h2Peer) {
		p.ask(1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /wait")
		p.data(1, "x")
	}, "RST 1 STREAM_CLOSED"},
	{"5.1 half closed: HEADERS", func(p *h2Peer) {
		p.ask(1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /wait")
		p.get(1)
	}, "RST 1 STREAM_CLOSED"},
	{"5.1 half closed: WINDOW_UPDATE and PRIORITY are fine", func(p *h2Peer) {
		p.ask(1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /wait")
		p.window(1, 1)
		p.WritePriority(1, http2.PriorityParam{})
	}, "SETTINGS ack"},
	{"5.1 closed: DATA", func(p *h2Peer) {
		p.get(1)
		p.until("200 1 end")
		p.data(1, "x")
	}, "RST 1 STREAM_CLOSED"},
	{"5.1 closed: HEADERS", func(p *h2Peer) {
		p.get(1)
		p.until("200 1 end")
		p.get(1)
	}, "GOAWAY STREAM_CLOSED"},
	{"5.1 closed: RST_STREAM and WINDOW_UPDATE may have been on their way", func(p *h2Peer) {
		p.get(1)
		p.until("200 1 end")
		p.WriteRSTStream(1, http2.ErrCodeCancel)
		p.window(1, 5)
		p.WritePing(false, [8]byte{})
	}, "PING ack true"},
	{"5.1 closed by the client: DATA", func(p *h2Peer) {
		p.post(1)
		p.WriteRSTStream(1, http2.ErrCodeCancel)
		p.data(1, "x")
	}, "RST 1 STREAM_CLOSED"},
	{"5.1 closed by the client: HEADERS", func(p *h2Peer) {
		p.post(1)
		p.WriteRSTStream(1, http2.ErrCodeCancel)
		p.get(1)
	}, "GOAWAY STREAM_CLOSED"},
	{"5.4.2 closed by us: what comes was on its way", func(p *h2Peer) {
		p.post(1, "A: upper case")
		p.data(1, "x")
		p.ask(1, true, "trailer-of: it")
	}, "RST 1 PROTOCOL_ERROR"},
	{"5.1.1 an even number", func(p *h2Peer) { p.get(2) }, "GOAWAY PROTOCOL_ERROR"},
	{"5.1.1 a number lower than the one before", func(p *h2Peer) {
		p.get(5)
		p.until("200 5 end")
		p.get(3)
	}, "GOAWAY PROTOCOL_ERROR"},
	{"5.1.2 more streams than there may be", func(p *h2Peer) {
		for i := range uint32(251) {
			p.ask(2*i+1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /wait")
		}
	}, "RST 501 REFUSED_STREAM"},
	{"8.1 an answer before the end of the request", func(p *h2Peer) {
		p.ask(1, false, ":method: POST", ":scheme: https", ":authority: x", ":path: /early")
	}, "403 1 end; RST 1 NO_ERROR"},
	{"8.1 trailers", func(p *h2Peer) {
		p.post(1)
		p.data(1, "hello")
		p.ask(1, true, "x-sum: 5")
	}, "200 1; DATA 1 5 end"},
	{"8.1 trailers that are not the end", func(p *h2Peer) {
		p.post(1)
		p.ask(1, false, "x-sum: 5")
	}, "RST 1 PROTOCOL_ERROR"},
	{"8.1 pseudo-headers among the trailers", func(p *h2Peer) {
		p.post(1)
		p.ask(1, true, ":path: /other")
	}, "RST 1 PROTOCOL_ERROR"},
	{"8.1 content-length among the trailers", func(p *h2Peer) {
		p.post(1)
		p.ask(1, true, "content-length: 5")
	}, "RST 1 PROTOCOL_ERROR"},
	{"3.4 no SETTINGS behind the preface", func(p *h2Peer) {
		q, _ := peerH2(p.t, h2Echo, h2Limits{})
		q.WritePing(false, [8]byte{})
		q.until("GOAWAY PROTOCOL_ERROR")
	}, "SETTINGS"},
}
