package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// wsFrame is a frame of a WebSocket as a client sends it, with a mask that changes
// nothing, or as a server does.
func wsFrame(first byte, isMasked bool, payload string) string {
	mask, bit := "", byte(0)
	if isMasked {
		mask, bit = "\x00\x00\x00\x00", 0x80
	}
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, bit | byte(n)}) + mask + payload
	case n < 1<<16:
		return string([]byte{first, bit | 126, byte(n >> 8), byte(n)}) + mask + payload
	default:
		return string([]byte{first, bit | 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + mask + payload
	}
}

// parrot is an upstream that greets with a message, and then says all that it hears.
func parrot(t testing.TB, protocol string) Route {
	return raw(t, func(c net.Conn) {
		text := bufio.NewReader(c)
		r, err := http.ReadRequest(text)
		if err != nil {
			return
		}
		fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n%s",
			protocol, acceptFor(r.Header.Get("Sec-Websocket-Key")), greeting)
		io.Copy(c, text)
	})
}

const greeting = "\x81\x02hi"

// A visitor is a client in a tunnel.
type visitor struct {
	say   func(string)
	hear  func(n int) string
	leave func()
}

// tunnelTo opens a tunnel and hears the greeting.
func tunnelTo(t *testing.T, at string, isTwo bool, protocol string) (v visitor) {
	t.Helper()
	if isTwo {
		s := openSocket(t, at, "/a?b")
		v = visitor{
			say:   func(text string) { s.framer.WriteData(1, false, []byte(text)) },
			hear:  s.hear,
			leave: func() { s.framer.WriteData(1, true, nil) },
		}
	} else {
		c := dial(t, at)
		fmt.Fprintf(c, strings.Replace(hello, "websocket", protocol, 1), "/a?b")
		read(t, c)
		v = visitor{
			say: func(text string) { io.WriteString(c, text) },
			hear: func(n int) string {
				b := make([]byte, n)
				readFull(c, b)
				return string(b)
			},
			leave: func() { c.(*net.TCPConn).CloseWrite() },
		}
	}
	if got := v.hear(len(greeting)); got != greeting {
		t.Fatalf("it greets with %q", got)
	}
	return v
}

// Who opens a tap sees the WebSocket of the page that is open already.
func TestAWebSocketIsHeardFromWhenSomebodyRecords(t *testing.T) {
	first, next := wsFrame(0x81, true, strings.Repeat("first", 20)), wsFrame(0x01, true, "second, ")+wsFrame(0x89, true, "ping")+wsFrame(0x80, true, "and its end")
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			p := New(Config{Drain: func() time.Duration { return 0 }})
			p.Set([]Route{parrot(t, "websocket")})
			v := tunnelTo(t, w.standU(t, p), w.isTwo, "websocket")
			v.say(first[:30])
			v.hear(30)
			early, late := &listener{heard: make(chan *hearing, 1)}, &listener{heard: make(chan *hearing, 1)}
			early.want(func(Passage) bool { return false })
			p.Record(early) // which does not want it
			early.want(nil)
			p.Record(early) // and then does
			v.say(first[30:] + next)
			v.hear(len(first[30:] + next))
			p.Record(nil)
			v.say(first)
			v.hear(len(first))
			p.Record(late)
			p.Record(late) // which hears it once
			v.say(next)
			v.hear(len(next))
			v.leave()
			h := late.next(t)
			if h.joined != 1 || h.asked != next || h.content != next || h.fault != "" {
				t.Errorf("joined %d times; %q, %q, %s", h.joined, h.asked, h.content, h.fault)
			}
			if !strings.Contains(h.ask, " /a?b HTTP/") || !strings.Contains(h.ask, "Host: shop.localhost\r\n") || !strings.HasSuffix(h.answer, "\r\n\r\n") || h.from.Route == nil || !h.from.Client.IsValid() {
				t.Errorf("%q\n%q\n%+v", h.ask, h.answer, h.from)
			}
		})
	}
}

// What has no messages is heard from anywhere on.
func TestAnotherProtocolIsHeardFromWhenSomebodyRecords(t *testing.T) {
	p := New(Config{})
	p.Set([]Route{parrot(t, "other")})
	v := tunnelTo(t, serveFor(t, p), false, "other")
	l := &listener{heard: make(chan *hearing, 1)}
	p.Record(l)
	v.say("\x81\x7fa")
	v.hear(3)
	v.say("b")
	v.hear(1)
	v.leave()
	if h := l.next(t); h.joined != 1 || h.asked != "\x81\x7fab" || h.content != h.asked {
		t.Errorf("joined %d times; %q, %q", h.joined, h.asked, h.content)
	}
}

func TestATunnelThatHasEndedIsForgotten(t *testing.T) {
	p := New(Config{})
	p.Set([]Route{parrot(t, "websocket")})
	at := serveFor(t, p)
	for _, isTwo := range []bool{false, true} {
		v := tunnelTo(t, at, isTwo, "websocket")
		count := func() int {
			p.tunnels.mu.Lock()
			defer p.tunnels.mu.Unlock()
			return len(p.tunnels.all)
		}
		if count() != 1 {
			t.Errorf("%d go on", count())
		}
		v.leave()
		becomes(t, func() bool { return count() == 0 })
	}
}

// However messages are cut up on their way, each is found where it begins.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(wsFrame(0x81, true, "hello")), uint16(3))
	f.Add([]byte(wsFrame(0x01, false, "a")+wsFrame(0x8a, false, "")+wsFrame(0x80, false, strings.Repeat("b", 200))), uint16(2))
	f.Add([]byte(wsFrame(0x82, true, strings.Repeat("c", 70_000))), uint16(60_003))
	f.Add([]byte("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"), uint16(1))
	f.Fuzz(func(t *testing.T, one []byte, cut uint16) {
		at := min(int(cut), len(one))
		var whole, parts, bytes frames
		wantFirst, want := -1, -1
		for i := range one {
			if bytes.pass(one[i:i+1]) < 0 {
				continue
			}
			if i < at && wantFirst < 0 {
				wantFirst = i
			}
			if i >= at && want < 0 {
				want = i - at
			}
		}
		if got := whole.pass(one); len(one) > 0 && got != 0 {
			t.Errorf("the first message begins at %d", got)
		}
		if got := parts.pass(one[:at]); got != wantFirst {
			t.Errorf("before %d one begins at %d, want %d", at, got, wantFirst)
		}
		if got := parts.pass(one[at:]); got != want {
			t.Errorf("behind %d one begins at %d, want %d", at, got, want)
		}
		if parts != whole || parts != bytes {
			t.Errorf("%+v, %+v, %+v", whole, parts, bytes)
		}
	})
}

func TestFramesFindEachMessage(t *testing.T) {
	const long = 70_000
	text := ""
	var begins []int
	for _, m := range [][]string{
		{wsFrame(0x81, true, "hello")},
		{wsFrame(0x82, false, "")},
		{wsFrame(0x89, true, "ping")},
		{wsFrame(0x01, true, "in "), wsFrame(0x8a, true, ""), wsFrame(0x00, true, "three "), wsFrame(0x80, true, strings.Repeat("p", 126))},
		{wsFrame(0xc1, false, strings.Repeat("x", long))},
		{wsFrame(0x88, true, "\x03\xe8")},
	} {
		begins = append(begins, len(text))
		text += strings.Join(m, "")
	}
	var f frames
	var got []int
	for i := range len(text) {
		if f.pass([]byte(text[i:i+1])) == 0 {
			got = append(got, i)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(begins) {
		t.Errorf("they begin at %v, want %v", got, begins)
	}
}
