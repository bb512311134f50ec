// Package resend sends a request once more as it was kept: the same method, the
// same target, the same fields in the same order, and the same body.
package resend

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/limenhq/limen"
)

// A Way is how a request gets to where it is answered.
type Way struct {
	Dial   func(context.Context) (net.Conn, error)
	Name   string        // that TLS asks for
	Secret bool          // over TLS; whose certificate it is, is not looked at: the way stays on this machine
	Silent time.Duration // how long nothing may come; zero means a minute
}

// Send sends a request and takes the answer to its end, and keeps nothing of it.
// It returns the address that the request came from, by which whoever records it
// knows it again. An error says why the answer has not come as a whole; if the
// address is valid, the request was on its way all the same. When ctx ends, the
// other side hears of it at once.
func Send(ctx context.Context, w Way, r Request) (from netip.AddrPort, err error) {
	if err := r.Check(); err != nil {
		return from, err
	}
	c, raw, err := w.connect(ctx, r.Two)
	if err != nil {
		return from, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, raw.abort)
	defer stop()
	if at, ok := c.LocalAddr().(*net.TCPAddr); ok {
		a := at.AddrPort()
		from = netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	}
	if r.Two {
		err = sendTwo(ctx, c, r)
	} else {
		err = sendOne(c, r)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return from, err
}

// connect connects, with TLS where the way has it.
func (w Way) connect(ctx context.Context, two bool) (c net.Conn, raw *restless, err error) {
	dialed, err := w.Dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	silent := w.Silent
	if silent == 0 {
		silent = time.Minute
	}
	raw = &restless{Conn: dialed, silent: silent, over: time.AfterFunc(silent, func() { dialed.Close() })}
	if !w.Secret {
		return raw, raw, nil
	}
	protocol := "http/1.1" // RFC 7301, section 6
	if two {
		protocol = "h2"
	}
	secure := tls.Client(raw, &tls.Config{ServerName: w.Name, InsecureSkipVerify: true, NextProtos: []string{protocol}})
	if err := secure.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, nil, err
	}
	return secure, raw, nil
}

// sendOne sends a request by HTTP/1.1.
func sendOne(c net.Conn, r Request) error {
	sent := make(chan error, 1)
	go func() { // a server may answer before it has read everything
		to := bufio.NewWriter(c)
		r.write(to)
		sent <- to.Flush()
	}()
	err := takeOne(bufio.NewReader(c), r.Method)
	if err != nil {
		c.Close() // who does not answer may not read, either
	}
	if failed := <-sent; err != nil && failed != nil {
		err = fmt.Errorf("%w; and it took not all of the request: %w", err, failed)
	}
	return err
}

// takeOne reads an answer to its end. Those before the last one are no answer
// yet (RFC 9110, section 15.2).
func takeOne(from *bufio.Reader, method string) error {
	for {
		res, err := http.ReadResponse(from, &http.Request{Method: method})
		switch {
		case err != nil:
			return fmt.Errorf("there is no answer: %w", err)
		case res.StatusCode == http.StatusSwitchingProtocols:
			return nil // from here on it is another protocol
		case res.StatusCode < http.StatusOK:
			continue
		}
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		return err
	}
}

// A restless connection ends when nothing has come for too long.
type restless struct {
	net.Conn

	silent time.Duration
	over   *time.Timer
}

func (c *restless) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.over.Reset(c.silent)
	}
	return n, err
}

func (c *restless) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if n > 0 {
		c.over.Reset(c.silent)
	}
	return n, err
}

// abort closes the connection in a way that cannot be taken for one that only has
// nothing more to say (RFC 9293, section 3.6): with a reset.
func (c *restless) abort() {
	if t, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		t.SetLinger(0) // where that fails, it is closed as usual
	}
	c.Close()
}

func (c *restless) Close() error {
	c.over.Stop()
	return c.Conn.Close()
}

// A Request is what is sent.
type Request struct {
	Method, Target string
	Fields         []limen.Field
	Body           []byte
	Trailers       []limen.Field
	Two            bool // by HTTP/2
}
