package proxy

import (
	"net"
	"sync/atomic"
	"time"
)

// A guest is one client's connection. What it does it notes without taking a lock; who
// has to choose one looks at all.
type guest struct {
	net.Conn

	crowd *crowd
	away  chan struct{}       // closed when it is sent away
	moved atomic.Int64        // when the last byte came of it or went to it, as the crowd's clock has it
	since atomic.Int64        // since when it is idle, if it is
	busy  atomic.Int32        // requests under way; less than zero if it was sent away
	isOld atomic.Bool         // it has been answered before
	bows  atomic.Bool         // it is told by others that serving ends, and leaves in time
	turn  atomic.Int64        // see enter
	hot   atomic.Pointer[hot] // who serves it on the short way; nil while nobody does
}

// sentAway is what the requests under way are less by, when a guest was sent away.
const sentAway = 1 << 30

// enter lets a client in. It has some time to say what it wants.
func (c *crowd) enter(conn net.Conn) *guest {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.clock.Store(now.UnixNano())
	g := &guest{Conn: swiftly(conn), crowd: c, away: make(chan struct{})}
	g.moved.Store(now.UnixNano())
	g.since.Store(now.UnixNano())
	conn.SetDeadline(now.Add(c.head))
	c.all[g] = true
	c.wakeKeeper()
	return g
}

// Read notes that something came.
func (g *guest) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	g.move(n)
	return n, err
}

// Write notes that something was taken.
func (g *guest) Write(p []byte) (int, error) {
	n, err := g.Conn.Write(p)
	g.move(n)
	return n, err
}

func (g *guest) move(n int) {
	if n > 0 {
		g.moved.Store(g.crowd.clock.Load())
	}
}

// CloseWrite says that nothing more will come.
func (g *guest) CloseWrite() error {
	if half, ok := g.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// work says that a request of this client is under way.
func (g *guest) work() { g.busy.Add(1) }

// rest says that one has ended.
func (g *guest) rest() {
	c := g.crowd
	g.isOld.Store(true)
	g.since.Store(c.clock.Load())
	if g.busy.Add(-1) != 0 {
		return
	}
	if c.isAwaited.Load() {
		c.tell()
	}
	if c.isEnding.Load() && !g.bows.Load() {
		g.Conn.Close()
	}
}

// bow says that this client is told by others that serving ends.
func (g *guest) bow() {
	g.bows.Store(true)
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
	delete(c.all, g)
	if g.busy.Load() < 0 {
		c.going--
	}
	c.wake()
}

// close closes the connection.
func (g *guest) close() {
	g.Conn.Close()
	g.leave()
}
