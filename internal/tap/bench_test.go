package tap

import (
	"bytes"
	"context"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// An exchange of 1 KB, with its heads, no faster than it is written. With -cpu 1 the
// time is that of all the work there is.
func BenchmarkRecord(b *testing.B) {
	p := open(b, b.TempDir(), Config{Initiator: func(context.Context, netip.AddrPort, netip.AddrPort) *limen.Process {
		return &limen.Process{Name: "curl"}
	}})
	head, answer, body := []byte(asked), []byte(answered), bytes.Repeat([]byte("x"), 1<<10)
	now := time.Now()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		for n%64 == 0 && isBehind(p) {
			runtime.Gosched()
		}
		k := p.Begin(now, way, head)
		k.Answered(now, answer)
		k.Content(body)
		k.End(now, "")
	}
	b.ReportMetric(float64(p.Missed())/float64(b.N), "missed/op")
}

// All requests of a full ring are read, for the last 100.
func BenchmarkExchanges(b *testing.B) {
	dir := b.TempDir()
	p := open(b, dir, Config{})
	body := bytes.Repeat([]byte("x"), 1<<10)
	for n := range 60_000 {
		for n%64 == 0 && isBehind(p) {
			runtime.Gosched()
		}
		k := p.Begin(at(n), way, []byte(asked))
		k.Answered(at(n), []byte(answered))
		k.Content(body)
		k.End(at(n), "")
	}
	end(b, p)
	for b.Loop() {
		if got := exchanges(b, dir, Question{}); len(got) != 100 {
			b.Fatal(len(got))
		}
	}
}

func isBehind(p *Tap) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.spool.ready) > batchesMost/2
}
