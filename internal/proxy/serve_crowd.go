package proxy

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// freshTime is how long a new connection may still say what it wants when
// serving ends. Its client would not try again, as it does where an old
// connection is closed.
const freshTime = time.Second

// A crowd is all clients that are connected, of which there are never more than
// a limit. Where it is reached, the one goes that wants nothing for the longest
// time, or, if all want something, the one that is silent the longest.
type crowd struct {
	limit int
	now   func() time.Time
	head  time.Duration // how long who enters may take to say what it wants
	quiet time.Duration // how long a busy one must have been silent to be sent away

	clock     atomic.Int64 // about now, in nanoseconds; see keep
	isEnding  atomic.Bool
	isAwaited atomic.Bool // somebody waits for changed

	mu       sync.Mutex // guards what follows
	all      map[*guest]bool
	going    int           // guests that were sent away and have not left yet
	changed  chan struct{} // closed when one leaves or has become idle; nil while nobody waits for that
	entered  chan struct{} // gets one when somebody enters while the keeper sleeps
	isAsleep bool          // the keeper
}

func newCrowd(limit int, now func() time.Time) *crowd {
	return &crowd{limit: limit, now: now, head: headTime, quiet: quietTime, all: map[*guest]bool{}, entered: make(chan struct{}, 1)}
}

// makeRoom waits until there is room for one more.
func (c *crowd) makeRoom(ctx context.Context) error {
	for {
		c.mu.Lock()
		if len(c.all) < c.limit {
			c.mu.Unlock()
			return ctx.Err()
		}
		var later <-chan time.Time
		changed := c.change() // before somebody is looked for, who may become idle now
		if len(c.all)-c.going >= c.limit && !c.evictOne() {
			later = time.After(c.quiet / 10) // somebody may be silent for long enough by then
		}
		c.mu.Unlock()
		select {
		case <-changed:
		case <-later:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// change is closed when one leaves or has become idle. It is called with c.mu
// held, as is wake.
func (c *crowd) change() <-chan struct{} {
	if c.changed == nil {
		c.changed = make(chan struct{})
		c.isAwaited.Store(true)
	}
	return c.changed
}

func (c *crowd) wake() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
		c.isAwaited.Store(false)
	}
}

// tell tells who waits that one has become idle.
func (c *crowd) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake()
}

// evict sends away who can be spared most.
func (c *crowd) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evictOne()
}

// evictOne reports whether there was anybody to send away: the one that is idle the
// longest, or else the most silent one. It is called with c.mu held.
func (c *crowd) evictOne() bool {
	for g := c.idlest(); g != nil; g = c.idlest() {
		if c.sendAway(g) {
			return true
		}
	}
	g := c.silent()
	if g == nil {
		return false
	}
	g.busy.Add(-sentAway)
	c.see(g)
	return true
}

// sendAway sends a guest away that is idle, and reports whether it still was. It is
// called with c.mu held.
func (c *crowd) sendAway(g *guest) bool {
	isIdle := g.busy.CompareAndSwap(0, -sentAway)
	if isIdle {
		c.see(g)
	}
	return isIdle
}

// see sees a guest off. Who reads its connection finds out, and lets it leave.
func (c *crowd) see(g *guest) {
	c.going++
	close(g.away)
	g.Conn.Close()
}

// idlest is the one that is idle for the longest time; nil if all are busy.
func (c *crowd) idlest() (longest *guest) {
	for g := range c.all {
		if g.busy.Load() == 0 && (longest == nil || g.since.Load() < longest.since.Load()) {
			longest = g
		}
	}
	return longest
}

// silent is the busy one of which nothing was heard for the longest time, and
// nothing taken: a WebSocket that waits, or a client that holds a place with half
// a request. It is nil where each has done something a moment ago.
func (c *crowd) silent() (longest *guest) {
	since := c.now().Add(-c.quiet).UnixNano()
	for g := range c.all {
		if moved := g.moved.Load(); moved <= since && g.busy.Load() > 0 {
			longest, since = g, moved
		}
	}
	return longest
}

// disperse sends those away that want nothing, and the others when they do.
func (c *crowd) disperse() {
	c.isEnding.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	for g := range c.all {
		switch {
		case g.busy.Load() != 0 || g.bows.Load():
		case g.isOld.Load():
			g.Conn.Close()
		default:
			g.Conn.SetReadDeadline(c.now().Add(freshTime))
		}
	}
}

// cut closes all connections.
func (c *crowd) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for g := range c.all {
		if h := g.hot.Load(); h != nil {
			if t := h.way.Load(); t != nil {
				t.cut() // a body may be on its way that the upstream does not take
			}
		}
		g.Conn.Close()
	}
}

// wait waits until all have left.
func (c *crowd) wait() {
	for {
		c.mu.Lock()
		if len(c.all) == 0 {
			c.mu.Unlock()
			return
		}
		changed := c.change()
		c.mu.Unlock()
		<-changed
	}
}
