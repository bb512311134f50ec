package proxy

import (
	"container/list"
	"context"
	"sync"
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

	mu       sync.Mutex // guards what follows, and the state of each guest
	all      map[*guest]bool
	idle     list.List     // of *guest, the one that is idle longest first
	going    int           // guests that were sent away and have not left yet
	changed  chan struct{} // closed when one leaves or has become idle; nil while nobody waits for that
	isEnding bool
}

func newCrowd(limit int, now func() time.Time) *crowd {
	return &crowd{limit: limit, now: now, head: headTime, quiet: quietTime, all: map[*guest]bool{}}
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
		if len(c.all)-c.going >= c.limit && !c.evictOne() {
			later = time.After(c.quiet / 10) // somebody may be silent for long enough by then
		}
		changed := c.change()
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
	}
	return c.changed
}

func (c *crowd) wake() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// evict sends away who can be spared most.
func (c *crowd) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evictOne()
}

// evictOne reports whether there was anybody to send away.
func (c *crowd) evictOne() bool {
	var g *guest
	if first := c.idle.Front(); first != nil {
		g = first.Value.(*guest)
	} else if g = c.silent(); g == nil {
		return false
	}
	g.stand()
	g.goes = true
	c.going++
	close(g.away)
	g.Conn.Close() // who reads it finds out, and lets it leave
	return true
}

// silent is the busy one of which nothing was heard for the longest time, and
// nothing taken: a WebSocket that waits, or a client that holds a place with half
// a request. It is nil where each has done something a moment ago.
func (c *crowd) silent() (longest *guest) {
	since := c.now().Add(-c.quiet).UnixNano()
	for g := range c.all {
		if moved := g.moved.Load(); moved <= since && !g.goes {
			longest, since = g, moved
		}
	}
	return longest
}

// disperse sends those away that want nothing, and the others when they do.
func (c *crowd) disperse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isEnding = true
	for e := c.idle.Front(); e != nil; e = e.Next() {
		switch g := e.Value.(*guest); {
		case g.bows:
		case g.isOld:
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
