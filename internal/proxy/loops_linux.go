package proxy

import (
	"runtime"
	"sync"
	"time"
)

// Loops are those of a front, of which the first begins when it is needed.
type loops struct {
	start func(func())
	now   func() time.Time

	mu       sync.Mutex // guards what follows
	all      []*loop
	isEnding bool
}

// least returns the loop with the fewest fibers; nil if there is none. There are half
// as many as processors: while a loop waits it holds on to what Go needs to run
// anything else (GOMAXPROCS).
func (o *loops) least() *loop {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isEnding {
		return nil
	}
	var least *loop
	count := 0
	for _, l := range o.all {
		l.mu.Lock()
		alive := l.alive
		l.mu.Unlock()
		if least == nil || alive < count {
			least, count = l, alive
		}
	}
	if (least == nil || count >= loopCrowd) && len(o.all) < runtime.GOMAXPROCS(0)/2 {
		if l, err := newLoop(o.start, o.now); err == nil { // else there is the ordinary way
			o.all = append(o.all, l)
			least = l
		}
	}
	return least
}

// loopCrowd is with how many fibers a loop is full enough for another one.
const loopCrowd = 16

// end has all end with the last of their fibers.
func (o *loops) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.isEnding = true
	for _, l := range o.all {
		l.end()
	}
}
