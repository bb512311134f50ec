package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
)

func TestH2FloodsEnd(t *testing.T) {
	floods := []struct {
		name string
		do   func(p *h2Peer, i uint32) error
	}{
		{"PING (CVE-2019-9512)", func(p *h2Peer, i uint32) error { return p.WritePing(false, [8]byte{}) }},
		{"SETTINGS (CVE-2019-9515)", func(p *h2Peer, i uint32) error { return p.WriteSettings() }},
		{"DATA without data (CVE-2019-9518)", func(p *h2Peer, i uint32) error {
			if i == 0 {
				p.wait(1)
			}
			return p.WriteData(1, false, nil)
		}},
		{"requests taken back (CVE-2023-44487)", func(p *h2Peer, i uint32) error {
			p.wait(2*i + 1)
			return p.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
		}},
		{"malformed requests", func(p *h2Peer, i uint32) error { p.get(2*i+1, "connection: x"); return nil }},
		{"PRIORITY", func(p *h2Peer, i uint32) error { return p.WritePriority(1, http2.PriorityParam{}) }},
		{"unknown frames", func(p *h2Peer, i uint32) error { return p.WriteRawFrame(0x77, 0, 0, nil) }},
		{"DATA for what is over", func(p *h2Peer, i uint32) error {
			if i == 0 {
				p.get(1)
			}
			return p.WriteData(1, false, []byte("x"))
		}},
		{"PRIORITY of a wrong length", func(p *h2Peer, i uint32) error {
			return p.WriteRawFrame(http2.FramePriority, 0, 1, nil)
		}},
	}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) {
			p, ended := peerH2(t, h2Echo, h2Limits{})
			p.WriteSettings()
			go func() {
				io.Copy(io.Discard, p.conn)
				p.conn.Close() // the other side has said its last words
			}()
			for i := range uint32(2000) {
				if f.do(p, i) != nil {
					break
				}
			}
			var breach *h2Error
			if err := <-ended; !errors.As(err, &breach) || breach.code != http2.ErrCodeEnhanceYourCalm {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

func TestH2WorkPaysForManySmallFrames(t *testing.T) {
	p, _ := peerH2(t, h2Echo, h2Limits{credit: 10})
	p.WriteSettings()
	for i := range uint32(1000) {
		p.get(2*i + 1)
		p.until(fmt.Sprintf("200 %d end", 2*i+1))
		p.alive()
	}
}

func TestH2AnswersThatNobodyReadsAreNotKept(t *testing.T) {
	var limits h2Limits
	limits.credit = 1 << 30
	p, ended := peerH2(t, h2Echo, limits)
	p.WriteSettings()
	ping := bytes.Repeat([]byte{0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, 1000)
	for {
		if _, err := p.conn.Write(ping); err != nil {
			break // by a peer that had enough
		}
	}
	if err := <-ended; err == nil {
		t.Error("it ended as if all was well")
	}
}

func TestH2AClientMayVanishAtAnyByte(t *testing.T) {
	recorded := h2Recorded(t)
	before := runtime.NumGoroutine()
	for n := range recorded {
		ours, theirs := h2Pair(t)
		ended := make(chan error, 1)
		go func() { ended <- serveHTTP2(context.Background(), ours, h2Echo, h2Limits{}) }()
		theirs.Write(recorded[:n])
		if n%2 == 0 {
			theirs.(*net.TCPConn).SetLinger(0) // a reset
		}
		theirs.Close()
		<-ended
	}
	h2Settles(t, before)
}

// h2Recorded returns what a client sends that asks for several things.
func h2Recorded(t testing.TB) []byte {
	var b bytes.Buffer
	p := &h2Peer{Framer: http2.NewFramer(&b, nil), t: t}
	p.encoder = newH2Peer(t, discardConn{}).encoder
	q := newH2Peer(t, discardConn{})
	q.Framer = http2.NewFramer(&b, nil)
	b.WriteString(h2Preface)
	q.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 100})
	q.get(1)
	q.post(3, "content-length: 10")
	q.data(3, "hello")
	q.big(5)
	q.last(3, "world")
	q.wait(7)
	q.WriteRSTStream(7, http2.ErrCodeCancel)
	q.WriteDataPadded(7, true, []byte("x"), make([]byte, 3))
	q.WritePing(false, [8]byte{})
	q.window(5, 20)
	return b.Bytes()
}

// A discardConn is a connection to nowhere.
type discardConn struct{ net.Conn }

func (discardConn) Write(p []byte) (int, error)       { return len(p), nil }
func (discardConn) Read(p []byte) (int, error)        { return 0, io.EOF }
func (discardConn) SetDeadline(time.Time) error       { return nil }
func (discardConn) SetWriteDeadline(time.Time) error  { return nil }
func (discardConn) SetReadDeadline(t time.Time) error { return nil }

// h2Settles waits until there are no more goroutines than before.
func h2Settles(t testing.TB, before int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			b := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, and %d before:\n%s", runtime.NumGoroutine(), before, b[:runtime.Stack(b, true)])
		}
		runtime.Gosched()
	}
}

func TestH2TenThousandRequestsLeaveNothingBehind(t *testing.T) {
	p, _ := peerH2(t, h2Echo, h2Limits{})
	p.WriteSettings()
	goroutines := runtime.NumGoroutine()
	ask := func(from, to uint32) {
		for i := from; i < to; i++ {
			p.post(2*i + 1)
			p.last(2*i+1, "hello")
			if got := p.answer(2*i + 1); !strings.HasSuffix(got, "DATA 5 end") {
				t.Fatal(got)
			}
		}
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	ask(0, 1000)
	before := heap()
	ask(1000, 11_000)
	if after := heap(); after > before+1<<20 {
		t.Errorf("%d KiB more than before", (after-before)>>10)
	}
	h2Settles(t, goroutines+1+h2Parked) // the writer, and those that wait for more
}

func TestH2AConnectionWithASilentWebSocketIsSmall(t *testing.T) {
	const connections = 200
	used := func() uint64 {
		runtime.GC()
		runtime.GC() // what pools have kept
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		for b := make([]byte, 512); ; {
			if _, err := r.Body.Read(b); err != nil {
				return
			}
		}
	})
	before := used()
	for range connections {
		p, _ := peerH2(t, handler, h2Limits{})
		p.WriteSettings()
		p.ask(1, false, h2WebSocket...)
		p.until("200 1")
		p.data(1, strings.Repeat("x", 5000))
		p.alive()
		p.data(1, "x")
		p.alive()
		p.Framer, p.encoder, p.decoder = nil, nil, nil // the client's memory is not ours
	}
	if each := (used() - before) / connections; each > 40<<10 {
		t.Errorf("each takes %d bytes", each)
	} else {
		t.Logf("each takes %d bytes, half a pipe and a client included", each)
	}
}

func TestH2HandlersThatLingerAreNoMoreThanThereMayBe(t *testing.T) {
	release := make(chan struct{})
	var limits h2Limits
	limits.streams = 3
	answered := make(chan string, 100)
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-release
		answered <- r.URL.Path
	}), limits)
	p.WriteSettings()
	for i := range uint32(9) { // each taken back, while its handler goes on
		p.get(2*i + 1)
		p.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
	}
	p.get(101)
	p.alive()
	close(release)
	p.until("200 101 end")
	if n := len(answered); n > 4 {
		t.Errorf("%d handlers ran", n)
	}
}

func TestH2EndsGracefully(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	release := make(chan struct{})
	ours, theirs := h2Pair(t)
	ended := make(chan error, 1)
	go func() {
		ended <- serveHTTP2(ctx, ours, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-release
			if r.Context().Err() != nil {
				t.Error("the request was cancelled")
			}
			io.WriteString(w, "whole")
		}), h2Limits{})
	}()
	p := newH2Peer(t, theirs)
	io.WriteString(theirs, h2Preface)
	p.WriteSettings()
	p.get(1)
	p.alive()
	cancel()
	p.until("GOAWAY NO_ERROR", "PING ack false")
	p.get(3) // sent before the client had heard of it
	p.WritePing(true, h2LastPing)
	p.until("GOAWAY NO_ERROR")
	p.get(5) // too late
	p.alive()
	close(release)
	p.until("200 1", "DATA 1 5 end", "200 3", "DATA 3 5 end")
	p.over()
	theirs.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestH2AnIdleConnectionEndsAtOnceWhenItShould(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ours, theirs := h2Pair(t)
	ended := make(chan error, 1)
	go func() { ended <- serveHTTP2(ctx, ours, h2Echo, h2Limits{}) }()
	p := newH2Peer(t, theirs)
	io.WriteString(theirs, h2Preface)
	p.WriteSettings()
	p.alive()
	cancel()
	p.until("GOAWAY NO_ERROR", "PING ack false")
	p.WritePing(true, h2LastPing)
	p.over()
	theirs.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestH2TimePasses(t *testing.T) {
	rows := []struct {
		name string
		do   func(p *h2Peer)
		want string
		in   time.Duration // at most
	}{
		{"a client that says nothing", func(p *h2Peer) {}, "GOAWAY ENHANCE_YOUR_CALM", time.Minute},
		{"a head that comes in drops", func(p *h2Peer) {
			p.WriteSettings()
			p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fieldBlock(h2Get...)})
			for p.WriteContinuation(1, false, p.fieldBlock("a: b")) == nil {
				<-time.After(time.Second)
			}
		}, "GOAWAY ENHANCE_YOUR_CALM", time.Minute},
		{"half a frame", func(p *h2Peer) {
			p.WriteSettings()
			p.raw(0, 0, 100, 1, 4, 0, 0, 0, 1, 0x82)
		}, "GOAWAY ENHANCE_YOUR_CALM", time.Minute},
		{"no request for a long time", func(p *h2Peer) { p.WriteSettings() }, "GOAWAY NO_ERROR", 4 * time.Minute},
		{"a request, and a client that is dead", func(p *h2Peer) { p.WriteSettings(); p.wait(1) }, "GOAWAY NO_ERROR", 8 * time.Minute},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				ended := make(chan error, 1)
				go func() { ended <- serveHTTP2(t.Context(), ours, h2Echo, h2Limits{}) }()
				start := time.Now()
				p := newH2Peer(t, theirs)
				theirs.SetDeadline(time.Time{})
				said := make(chan struct{})
				go func() {
					defer close(said)
					io.WriteString(theirs, h2Preface)
					if row.name != "a client that says nothing" {
						row.do(p)
					}
				}()
				p.until(row.want)
				if took := time.Since(start); took > row.in {
					t.Errorf("it took %v", took)
				}
				theirs.Close()
				<-ended
				<-said
			})
		})
	}
}

func TestH2AWebSocketMayBeSilentForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- serveHTTP2(t.Context(), ours, h2Echo, h2Limits{}) }()
		p := newH2Peer(t, theirs)
		theirs.SetDeadline(time.Time{})
		said := make(chan struct{})
		go func() {
			defer close(said)
			io.WriteString(theirs, h2Preface)
			p.WriteSettings()
			p.wait(1)
		}()
		for start := time.Now(); time.Since(start) < 10*time.Hour; {
			got, err := p.next()
			if err != nil || strings.HasPrefix(got, "GOAWAY") {
				t.Fatal(got, err)
			}
			if got == "PING ack false" {
				<-said
				p.WritePing(true, [8]byte{})
			}
		}
		theirs.Close()
		<-ended
	})
}
