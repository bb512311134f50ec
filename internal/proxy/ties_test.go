package proxy

import (
	"sync"
	"testing"
)

// One serving of a proxy waits for what it has begun while another begins more: in a
// sync.WaitGroup, that is a panic, now and then.
func TestTiesBeginWhileSomebodyWaitsForThem(t *testing.T) {
	var all ties
	ends := make(chan struct{})
	all.Go(func() { <-ends })
	var waiting sync.WaitGroup
	waiting.Go(func() {
		for range 20_000 {
			all.Wait()
		}
	})
	close(ends)
	for range 20_000 {
		all.Go(func() {})
		all.Wait()
	}
	waiting.Wait()
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.live != 0 || all.none != nil {
		t.Errorf("%d are left, though all have ended", all.live)
	}
}
