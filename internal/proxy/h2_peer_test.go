package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// An h2Peer is a client that can say anything.
type h2Peer struct {
	*http2.Framer
	t       testing.TB
	conn    net.Conn
	block   bytes.Buffer
	encoder *hpack.Encoder
	decoder *hpack.Decoder
	fields  []string // of the last field block that came
}

// peerH2 connects one over real sockets with a server that answers by a handler. It
// has said its preface, and nothing else. What serveHTTP2 returns comes on ended.
func peerH2(t testing.TB, h http.Handler, limits h2Limits) (p *h2Peer, ended chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ours, theirs := h2Pair(t)
	ended = make(chan error, 1)
	go func() { ended <- serveHTTP2(ctx, ours, h, limits); close(ended) }()
	t.Cleanup(func() {
		cancel()
		theirs.Close()
		for range ended {
		}
	})
	p = newH2Peer(t, theirs)
	io.WriteString(theirs, h2Preface)
	return p, ended
}

func newH2Peer(t testing.TB, conn net.Conn) *h2Peer {
	p := &h2Peer{Framer: http2.NewFramer(conn, conn), t: t, conn: conn}
	p.AllowIllegalWrites, p.AllowIllegalReads = true, true
	p.encoder = hpack.NewEncoder(&p.block)
	p.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) { p.fields = append(p.fields, f.Name+": "+f.Value) })
	conn.SetDeadline(time.Now().Add(20 * time.Second)) // so that a test that fails ends
	return p
}

// h2Pair returns both ends of a connection over loopback.
func h2Pair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if theirs, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	for {
		if ours, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
		if ours.RemoteAddr().String() == theirs.LocalAddr().String() {
			return ours, theirs
		}
		ours.Close() // somebody else's: not every machine has a network of its own for a test
	}
}

// fieldBlock encodes fields, each written as "name: value".
func (p *h2Peer) fieldBlock(fields ...string) []byte {
	p.block.Reset()
	for _, f := range fields {
		i := strings.Index(f[1:], ":") + 1
		p.encoder.WriteField(hpack.HeaderField{Name: f[:i], Value: strings.TrimPrefix(f[i+1:], " ")})
	}
	return bytes.Clone(p.block.Bytes())
}

var h2Get = []string{":method: GET", ":scheme: https", ":authority: shop.localhost", ":path: /"}
var h2Post = []string{":method: POST", ":scheme: https", ":authority: shop.localhost", ":path: /"}

// get asks for something, with more fields behind the usual ones.
func (p *h2Peer) get(id uint32, more ...string) {
	p.ask(id, true, append(append([]string{}, h2Get...), more...)...)
}

// post begins a request with a body.
func (p *h2Peer) post(id uint32, more ...string) {
	p.ask(id, false, append(append([]string{}, h2Post...), more...)...)
}

// ask sends a head of exactly these fields.
func (p *h2Peer) ask(id uint32, end bool, fields ...string) {
	p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: p.fieldBlock(fields...), EndStream: end, EndHeaders: true})
}

func (p *h2Peer) data(id uint32, s string)         { p.WriteData(id, false, []byte(s)) }
func (p *h2Peer) last(id uint32, s string)         { p.WriteData(id, true, []byte(s)) }
func (p *h2Peer) raw(b ...byte)                    { p.conn.Write(b) }
func (p *h2Peer) window(id, n uint32)              { p.WriteWindowUpdate(id, n) }
func (p *h2Peer) set(id http2.SettingID, v uint32) { p.WriteSettings(http2.Setting{ID: id, Val: v}) }

// next reads a frame, and says in words what it was.
func (p *h2Peer) next() (string, error) {
	f, err := p.ReadFrame()
	if err != nil {
		return "", err
	}
	switch f := f.(type) {
	case *http2.GoAwayFrame:
		return "GOAWAY " + f.ErrCode.String(), nil
	case *http2.RSTStreamFrame:
		return fmt.Sprintf("RST %d %v", f.StreamID, f.ErrCode), nil
	case *http2.HeadersFrame:
		if err := p.readFields(f); err != nil {
			return "", err
		}
		word := fmt.Sprintf("HEADERS %d", f.StreamID)
		if len(p.fields) > 0 && strings.HasPrefix(p.fields[0], ":status: ") {
			word = fmt.Sprintf("%s %d", strings.TrimPrefix(p.fields[0], ":status: "), f.StreamID)
		}
		return word + h2Ending(f.StreamEnded()), nil
	case *http2.DataFrame:
		return fmt.Sprintf("DATA %d %d", f.StreamID, len(f.Data())) + h2Ending(f.StreamEnded()), nil
	case *http2.SettingsFrame:
		if f.IsAck() {
			return "SETTINGS ack", nil
		}
		return "SETTINGS", nil
	case *http2.PingFrame:
		return fmt.Sprintf("PING ack %v", f.IsAck()), nil
	case *http2.WindowUpdateFrame:
		return fmt.Sprintf("WINDOW %d %d", f.StreamID, f.Increment), nil
	}
	return f.Header().Type.String(), nil
}

// readFields reads a field block, in as many frames as it comes.
func (p *h2Peer) readFields(f *http2.HeadersFrame) error {
	p.fields = nil
	_, err := p.decoder.Write(f.HeaderBlockFragment())
	for isWhole := f.HeadersEnded(); err == nil && !isWhole; {
		var next http2.Frame
		if next, err = p.ReadFrame(); err != nil {
			break
		}
		more, ok := next.(*http2.ContinuationFrame)
		if !ok {
			return fmt.Errorf("%v between the parts of a head", next)
		}
		isWhole = more.HeadersEnded()
		_, err = p.decoder.Write(more.HeaderBlockFragment())
	}
	return err
}

func h2Ending(yes bool) string {
	if yes {
		return " end"
	}
	return ""
}

// until reads frames until each of some has come, and fails if the connection or a
// stream ends in a way that is none of them. A star stands for any end of a frame's
// words.
func (p *h2Peer) until(wants ...string) {
	p.t.Helper()
	var all []string
	missing := map[string]bool{}
	for _, w := range wants {
		missing[w] = true
	}
	wanted := strings.Join(wants, "; ")
	for len(missing) > 0 {
		got, err := p.next()
		if err != nil {
			p.t.Fatalf("want %s; got %s and then %v", wanted, strings.Join(all, "; "), err)
		}
		all = append(all, got)
		if (strings.HasPrefix(got, "GOAWAY") || strings.HasPrefix(got, "RST")) && !strings.Contains(wanted, got) {
			p.t.Fatalf("want %s; got %s", wanted, strings.Join(all, "; "))
		}
		for w := range missing {
			if start, isStart := strings.CutSuffix(w, "*"); got == w || isStart && strings.HasPrefix(got, start) {
				delete(missing, w)
			}
		}
	}
}

// alive asks whether the connection still works.
func (p *h2Peer) alive() {
	p.t.Helper()
	p.WritePing(false, [8]byte{})
	p.until("PING ack true")
}

// over reads to the end, and fails if that is a reset, which would have thrown away
// what was said last.
func (p *h2Peer) over() {
	p.t.Helper()
	for {
		_, err := p.next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			p.t.Fatalf("the connection ended with %v", err)
		}
	}
}
