package proxy

import (
	"sync"
	"time"
)

// An h2Deadline is a time after which something fails. It is guarded by the lock of
// what fails.
type h2Deadline struct {
	hasPassed bool

	timer     *time.Timer
	isStopped bool // there are no more deadlines
}

// set sets it; the zero time means that there is none. When it has passed, tell wakes
// those who wait. The lock is held.
func (d *h2Deadline) set(mu sync.Locker, t time.Time, now func() time.Time, tell ...func()) {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.hasPassed, d.timer = false, nil
	if t.IsZero() || d.isStopped {
		return
	}
	pass := func() {
		d.hasPassed = true
		for _, f := range tell {
			f()
		}
	}
	in := t.Sub(now())
	if in <= 0 {
		pass()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(in, func() {
		mu.Lock()
		defer mu.Unlock()
		if d.timer == timer { // no other was set meanwhile
			pass()
		}
	})
	d.timer = timer
}

// stop ends it for good. The lock is held.
func (d *h2Deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer, d.isStopped = nil, true
}
