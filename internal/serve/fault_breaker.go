package serve

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
)

// A breaker writes an answer by hand.
type breaker struct {
	reply

	ctx  context.Context // of the request; whoever serves may end it
	conn net.Conn
	out  *bufio.Writer
}

// innermost is the connection that the kernel knows, below what limen put
// around it.
func innermost(c net.Conn) net.Conn {
	for {
		switch outer := c.(type) {
		case *conn:
			c = outer.Conn
		case *secretConn:
			c = outer.Conn
		case *tls.Conn:
			c = outer.NetConn()
		default:
			return c
		}
	}
}
