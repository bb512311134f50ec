package proxy

import (
	"net"
	"sync"
)

// A handover is a listener whose connections come from a sorter.
type handover struct {
	conns   chan net.Conn
	closed  chan struct{}
	closing sync.Once
}

func newHandover() *handover {
	return &handover{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// give gives the listener a connection, and closes it if it is wanted no longer.
func (h *handover) give(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.closed:
		c.Close()
	}
}

// Accept waits for the next connection.
func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the listener.
func (h *handover) Close() error {
	h.closing.Do(func() { close(h.closed) })
	return nil
}

// Addr is no address: it listens nowhere itself.
func (h *handover) Addr() net.Addr { return &net.TCPAddr{} }
