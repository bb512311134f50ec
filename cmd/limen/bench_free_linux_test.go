package main

import (
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkFree is how long limen free takes for a plain server that ends at
// once, beyond the server's own end, and how long one limen pick takes, and
// forty at once, all of them with ports of their own:
//
//	go test ./cmd/limen -run '^$' -bench 'Free|Pick' -benchtime 20x
func BenchmarkFree(b *testing.B) {
	nettest.NeedPrivate(b)
	limen := shipped(b)
	b.Setenv("HOME", b.TempDir())
	var took []time.Duration
	for b.Loop() {
		// Its parent ends at once, so that nothing may start it again.
		server := nettest.Program{
			Name: "server", Orphan: true, Sockets: []nettest.Spec{{Kind: "listen", Network: "tcp", Addr: "127.0.0.1:3000"}},
		}.Start(b)
		began := time.Now()
		if out, err := exec.Command(limen, "free", "3000", "--yes").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		took = append(took, time.Since(began))
		server.Stop()
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-most")
}

func BenchmarkPick(b *testing.B) {
	nettest.NeedPrivate(b)
	limen := shipped(b)
	var one, forty []time.Duration
	for b.Loop() {
		b.Setenv("HOME", b.TempDir())
		began := time.Now()
		pickedBy(b, limen)
		one = append(one, time.Since(began))

		began = time.Now()
		ports := make([]string, 40)
		var all sync.WaitGroup
		for i := range ports {
			all.Go(func() { ports[i] = pickedBy(b, limen) })
		}
		all.Wait()
		forty = append(forty, time.Since(began))
		slices.Sort(ports)
		if n := len(slices.Compact(ports)); n != 40 {
			b.Fatalf("forty got %d ports", n)
		}
	}
	slices.Sort(one)
	slices.Sort(forty)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(one[len(one)/2].Microseconds())/1000, "ms-one")
	b.ReportMetric(float64(forty[len(forty)/2].Microseconds())/1000, "ms-forty")
}

// pickedBy is the port that limen pick prints, and that can be bound.
func pickedBy(b *testing.B, limen string) string {
	out, err := exec.Command(limen, "pick").Output()
	if err != nil {
		b.Errorf("limen pick: %v", err)
		return ""
	}
	port := strings.TrimSpace(string(out))
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		b.Errorf("what was picked cannot be bound: %v", err)
		return port
	}
	l.Close()
	return port
}
