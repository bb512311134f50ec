package daemon

import (
	"net"
	"sync"
)

// A gate is a listener of TCP that can be left to another process: it takes no
// new connection then, and says when the last one that it took has ended.
type gate struct {
	net.Listener

	closed func()        // ends those who wait at a gate that was left
	gone   chan struct{} // closed by it
	empty  chan struct{} // closed when the gate is left, and nobody is inside any more

	mu     sync.Mutex // guards what follows
	inside int        // connections, and those who wait for one
	isLeft bool
}

func newGate(l net.Listener) *gate {
	g := &gate{Listener: l, gone: make(chan struct{}), empty: make(chan struct{})}
	g.closed = sync.OnceFunc(func() { close(g.gone) })
	return g
}

// Accept waits for a connection. At a gate that was left it waits for its
// Close: whoever serves goes on with the connections that there are.
func (g *gate) Accept() (net.Conn, error) {
	if !g.enter() {
		<-g.gone
		return nil, net.ErrClosed
	}
	c, err := g.Listener.Accept()
	if err != nil {
		if g.exit() {
			<-g.gone
		}
		return nil, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		g.exit()
		return c, nil // no door is like that
	}
	return &passage{TCPConn: tcp, end: sync.OnceFunc(func() { g.exit() })}, nil
}

// enter lets somebody in, and reports whether it did: at a gate that was left
// whoever comes late, as a server that was busy with its last connection, has
// nothing to wait for, and a gate that was empty stays so.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isLeft {
		return false
	}
	g.inside++
	return true
}

// exit lets somebody out, and reports whether the gate was left.
func (g *gate) exit() (isLeft bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.isLeft && g.inside == 0 {
		close(g.empty)
	}
	return g.isLeft
}

// Leave takes no new connection from now on. Who waits for one stays.
func (g *gate) Leave() {
	if !g.enter() { // so that it is not empty before its listener is closed
		return
	}
	g.mu.Lock()
	g.isLeft = true
	g.mu.Unlock()
	g.Listener.Close() // the other process has its own descriptor
	g.exit()
}

// Close ends listening.
func (g *gate) Close() error {
	g.closed()
	return g.Listener.Close()
}

// A passage is a connection through a gate.
type passage struct {
	*net.TCPConn

	end func()
}

// Close ends the connection, and lets it out.
func (p *passage) Close() error {
	defer p.end()
	return p.TCPConn.Close()
}

// NetConn returns the connection as it is, for who knows how to use that.
// Closing it lets nobody out.
func (p *passage) NetConn() net.Conn { return p.TCPConn }
