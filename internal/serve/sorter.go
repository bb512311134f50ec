package serve

import (
	"io"
	"net"
	"sync"
	"time"
)

// A sorter accepts connections for HTTP. Those that turn out to begin with TLS
// it hands over.
type sorter struct {
	net.Listener

	secret *handover
	now    func() time.Time
}

// Accept waits for the next connection. What it speaks is not known yet: to
// wait for its first byte here would let one silent client keep all others
// waiting.
func (l *sorter) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, secret: l.secret, now: l.now}, nil
}

// A conn is a connection that is taken for HTTP until its first byte says
// otherwise. One that stalls is given up; one that moves never is.
type conn struct {
	net.Conn

	secret *handover
	now    func() time.Time

	isKnown bool // what it speaks; only the goroutine that reads asks

	mu       sync.Mutex // guards isSecret
	isSecret bool       // it belongs to another server now, and this one must leave it alone
}

// tlsHandshake is the type of the first record of TLS (RFC 8446, 5.1). No
// method of HTTP begins with it.
const tlsHandshake = 0x16

// Read reads what the client sends. To the server for HTTP, a connection that
// speaks TLS ends before it began.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.isKnown || n == 0 {
		return n, err
	}
	c.isKnown = true
	if b[0] != tlsHandshake {
		return n, err
	}
	c.give()
	if !c.secret.take(&secretConn{Conn: c.Conn, now: c.now, first: append([]byte(nil), b[:n]...)}) {
		c.Conn.Close() // serving has ended
	}
	return 0, io.EOF
}

// give gives the connection up to the server for HTTPS.
func (c *conn) give() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isSecret = true
	c.Conn.SetDeadline(time.Time{}) // it fails for a connection that is gone, and then so does the next read
}

// mine reports whether the connection still belongs to the server for HTTP.
func (c *conn) mine() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.isSecret
}

// piece is how much of a body must be taken within stallTime.
const piece = 1 << 20

// Write sends what fits into one piece; the server writes no more at once but
// from buffers of its own size.
func (c *conn) Write(b []byte) (int, error) {
	c.Conn.SetWriteDeadline(c.now().Add(stallTime))
	return c.Conn.Write(b)
}

// ReadFrom lets the kernel send a file, one piece after another.
func (c *conn) ReadFrom(from io.Reader) (sent int64, err error) {
	to, ok := c.Conn.(io.ReaderFrom)
	if !ok {
		return io.Copy(struct{ io.Writer }{c}, from)
	}
	for {
		p := io.LimitedReader{R: from, N: piece}
		rest, isLimited := from.(*io.LimitedReader)
		if isLimited {
			p.R, p.N = rest.R, min(piece, rest.N)
		}
		c.Conn.SetWriteDeadline(c.now().Add(stallTime))
		n, err := to.ReadFrom(&p)
		sent += n
		if isLimited {
			rest.N -= n
		}
		if err != nil || n == 0 || isLimited && rest.N == 0 {
			return sent, err
		}
	}
}

// CloseWrite says that nothing more will come, which the server does before it
// closes a connection whose client still sends: the client can read the answer,
// and would lose it to a reset.
func (c *conn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || !c.mine() {
		return nil
	}
	return half.CloseWrite()
}

func (c *conn) Close() error {
	if !c.mine() {
		return nil
	}
	return c.Conn.Close()
}

func (c *conn) SetDeadline(t time.Time) error {
	if !c.mine() {
		return nil
	}
	return c.Conn.SetDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	if !c.mine() {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	if !c.mine() {
		return nil
	}
	return c.Conn.SetWriteDeadline(t)
}

// A secretConn is a connection that speaks TLS, of which the first bytes were
// read already.
type secretConn struct {
	net.Conn

	now   func() time.Time
	first []byte
}

func (c *secretConn) Read(b []byte) (int, error) {
	if len(c.first) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.first)
	c.first = c.first[n:]
	return n, nil
}

func (c *secretConn) Write(b []byte) (int, error) {
	c.Conn.SetWriteDeadline(c.now().Add(stallTime))
	return c.Conn.Write(b)
}

// A handover is a listener whose connections come from sorters.
type handover struct {
	conns   chan net.Conn
	closed  chan struct{}
	closing sync.Once
	address net.Addr
}

// take gives the listener a connection. It reports whether it wants it.
func (h *handover) take(c net.Conn) bool {
	select {
	case h.conns <- c:
		return true
	case <-h.closed:
		return false
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

// Addr is one of the addresses that connections come to.
func (h *handover) Addr() net.Addr { return h.address }
