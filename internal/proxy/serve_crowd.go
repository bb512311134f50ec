package proxy

import (
	"container/list"
	"context"
	"net"
	"sync"
	"time"
)

// freshTime is how long a new connection may still say what it wants when
// serving ends. Its client would not try again, as it does where an old
// connection is closed.
const freshTime = time.Second

// A crowd is all clients that are connected, of which there are never more than
// a limit. Where it is reached, the one goes that wants nothing for the longest
// time.
type crowd struct {
	limit int
	now   func() time.Time

	mu       sync.Mutex // guards what follows, and the state of each guest
	all      map[*guest]bool
	idle     list.List     // of *guest, the one that is idle longest first
	going    int           // guests that were sent away and have not left yet
	changed  chan struct{} // closed when one leaves or has become idle; nil while nobody waits for that
	isEnding bool
}

// A guest is one client's connection.
type guest struct {
	net.Conn

	crowd *crowd
	place *list.Element // among those that are idle; nil while it is not
	busy  int           // requests under way
	isOld bool          // it has been answered before
	bows  bool          // it is told by others that serving ends, and leaves in time
	goes  bool          // it was sent away
}

func newCrowd(limit int, now func() time.Time) *crowd {
	return &crowd{limit: limit, now: now, all: map[*guest]bool{}}
}

// makeRoom waits until there is room for one more.
func (c *crowd) makeRoom(ctx context.Context) error {
	for {
		c.mu.Lock()
		if len(c.all) < c.limit {
			c.mu.Unlock()
			return ctx.Err()
		}
		if len(c.all)-c.going >= c.limit {
			c.evictOne()
		}
		changed := c.change()
		c.mu.Unlock()
		select {
		case <-changed:
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

// enter lets a client in. It has some time to say what it wants.
func (c *crowd) enter(conn net.Conn) *guest {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := &guest{Conn: conn, crowd: c}
	conn.SetDeadline(c.now().Add(headTime))
	g.place = c.idle.PushBack(g)
	c.all[g] = true
	return g
}

// evict closes the connection that is idle longest.
func (c *crowd) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evictOne()
}

func (c *crowd) evictOne() {
	if first := c.idle.Front(); first != nil {
		g := first.Value.(*guest)
		g.stand()
		g.goes = true
		c.going++
		g.Conn.Close() // who reads it finds out, and lets it leave
	}
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

// stand takes a guest from those that are idle. It is called with the crowd's
// mutex held.
func (g *guest) stand() {
	if g.place != nil {
		g.crowd.idle.Remove(g.place)
		g.place = nil
	}
}

// work says that a request of this client is under way.
func (g *guest) work() {
	g.crowd.mu.Lock()
	defer g.crowd.mu.Unlock()
	g.busy++
	g.stand()
}

// rest says that one has ended.
func (g *guest) rest() {
	g.crowd.mu.Lock()
	defer g.crowd.mu.Unlock()
	g.isOld = true
	if g.busy--; g.busy > 0 || !g.crowd.all[g] {
		return
	}
	if g.goes {
		return
	}
	g.place = g.crowd.idle.PushBack(g)
	g.crowd.wake()
	if g.crowd.isEnding && !g.bows {
		g.Conn.Close()
	}
}

// bow says that this client is told by others that serving ends.
func (g *guest) bow() {
	g.crowd.mu.Lock()
	defer g.crowd.mu.Unlock()
	g.bows = true
	g.Conn.SetDeadline(time.Time{}) // theirs are the deadlines, too
}

// leave says that the connection is closed.
func (g *guest) leave() {
	c := g.crowd
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.all[g] {
		return
	}
	g.stand()
	delete(c.all, g)
	if g.goes {
		c.going--
	}
	c.wake()
}

// close closes the connection.
func (g *guest) close() {
	g.Conn.Close()
	g.leave()
}
