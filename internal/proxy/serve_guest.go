package proxy

import (
	"container/list"
	"net"
	"sync/atomic"
	"time"
)

// A guest is one client's connection.
type guest struct {
	net.Conn

	crowd *crowd
	away  chan struct{} // closed when it is sent away
	moved atomic.Int64  // when the last byte came of it or went to it, in nanoseconds

	// What follows is guarded by the crowd's mutex.
	place *list.Element // among those that are idle; nil while it is not
	busy  int           // requests under way
	isOld bool          // it has been answered before
	bows  bool          // it is told by others that serving ends, and leaves in time
	goes  bool          // it was sent away
}

// enter lets a client in. It has some time to say what it wants.
func (c *crowd) enter(conn net.Conn) *guest {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	g := &guest{Conn: conn, crowd: c, away: make(chan struct{})}
	g.moved.Store(now.UnixNano())
	conn.SetDeadline(now.Add(c.head))
	g.place = c.idle.PushBack(g)
	c.all[g] = true
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
		g.moved.Store(g.crowd.now().UnixNano())
	}
}

// CloseWrite says that nothing more will come.
func (g *guest) CloseWrite() error {
	if half, ok := g.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
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
