package tap

import (
	"sync/atomic"
	"time"
)

// An allowance is how many bytes of bodies may be kept now. What goes by at full speed
// would fill the ring within a moment, and be gone before anybody can look at it. Heads
// use it up, too, but are kept without it.
//
// It is guarded by the tap's mutex, but for has.
type allowance struct {
	left  atomic.Int64
	most  int64 // which may come at once
	rate  int64 // bytes in a second
	since time.Time
}

// allow sets what a ring of so many bytes allows: half of it at once, and then so much
// that it is full of the last eight seconds at least.
func (a *allowance) allow(size int64) {
	a.most, a.rate = size/2, size/segmentParts
	a.left.Store(a.most)
}

// grow adds what has become free since it was called before. Who is late adds nothing.
func (a *allowance) grow(now time.Time) {
	if passed := now.Sub(a.since); passed > 0 {
		a.since = now
		a.left.Store(min(a.most, a.left.Load()+int64(passed.Seconds()*float64(a.rate))))
	}
}

// use takes bytes that are kept.
func (a *allowance) use(n int) { a.left.Store(max(0, a.left.Load()-int64(n))) }

// has reports whether there are so many left.
func (a *allowance) has(n int) bool { return int64(n) <= a.left.Load() }
