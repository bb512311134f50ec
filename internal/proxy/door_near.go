package proxy

import (
	"net"
	"net/netip"
)

// A near listener takes connections of this machine alone, over its loopback
// addresses, though it may listen at others.
type near struct{ net.Listener }

// Accept waits for the next one, and hangs up on all others before a byte of
// theirs is read.
func (n near) Accept() (net.Conn, error) {
	for {
		c, err := n.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if isLoop(c.LocalAddr()) && isLoop(c.RemoteAddr()) {
			return c, nil
		}
		c.Close() // who is there was not asked for, and is not answered
	}
}

// Unwrap returns the listener as it is, which can be handed over.
func (n near) Unwrap() net.Listener { return n.Listener }

func isLoop(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}
