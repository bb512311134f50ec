package proxy

import "sync"

// Ties are goroutines that go on when the request that has begun them is answered. A
// sync.WaitGroup would not do: a proxy may serve more than once at a time, and new ones
// begin while a serving that has ended waits for all. Its zero value has none.
type ties struct {
	mu   sync.Mutex // guards what follows
	live int
	none chan struct{} // closed when there are none; nil while nobody waits
}

// Go starts one.
func (t *ties) Go(do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live++
	go func() {
		defer t.done()
		do()
	}()
}

func (t *ties) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live--; t.live == 0 && t.none != nil {
		close(t.none)
		t.none = nil
	}
}

// Wait waits until there has been none.
func (t *ties) Wait() {
	t.mu.Lock()
	if t.live == 0 {
		t.mu.Unlock()
		return
	}
	if t.none == nil {
		t.none = make(chan struct{})
	}
	none := t.none
	t.mu.Unlock()
	<-none
}
