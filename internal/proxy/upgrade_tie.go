package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// An end is one end of an upgraded connection.
type end interface {
	io.ReadWriteCloser
	CloseWrite() error // says that nothing more comes
}

// tie passes on what comes from either end to the other, until both have ended.
// One that ends says so to the other, which may go on. It closes both. An error
// says that it was broken off. A mistake in that ends them, and nothing else.
func tie(client, upstream end, tell func(limen.Gap)) (err error) {
	var first sync.Once
	pass := func(to, from end) {
		passed := attempt(upgraded, tell, func() error { return carry(to, from) })
		if passed == nil {
			passed = to.CloseWrite()
		}
		if passed != nil {
			first.Do(func() { err = passed })
			client.Close()
			upstream.Close()
		}
	}
	var other sync.WaitGroup
	other.Go(func() { pass(upstream, client) })
	pass(client, upstream)
	other.Wait()
	client.Close()
	upstream.Close()
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// upgraded is what a mistake ends here.
const upgraded = "an upgraded connection, such as a WebSocket"

// carry carries what comes to where it goes. It waits with a small buffer, for
// a WebSocket waits most of the time, and there may be a thousand.
func carry(to io.Writer, from io.Reader) error {
	small := make([]byte, 512)
	for {
		n, err := from.Read(small)
		if n > 0 {
			if _, err := to.Write(small[:n]); err != nil {
				return err
			}
		}
		if n == len(small) && err == nil {
			err = carryMuch(to, from)
		}
		if err != nil {
			return ignoreEnd(err)
		}
	}
}

// carryMuch carries as long as there is more than fits a small buffer.
func carryMuch(to io.Writer, from io.Reader) error {
	large := buffers.Get().(*[]byte)
	defer buffers.Put(large)
	for {
		n, err := from.Read(*large)
		if n > 0 {
			if _, err := to.Write((*large)[:n]); err != nil {
				return err
			}
		}
		if err != nil || n < 512 {
			return err
		}
	}
}

func ignoreEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// A wire is an end that is a connection, of which some was read already.
type wire struct {
	net.Conn
	first []byte
}

// newWire takes a connection from who has read the head on it.
func newWire(c net.Conn, buffered *bufio.Reader) *wire {
	first := make([]byte, buffered.Buffered())
	io.ReadFull(buffered, first) // which it has
	return &wire{c, first}
}

// Read gives what was read already, and then what comes.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.first) == 0 {
		return w.Conn.Read(p)
	}
	n := copy(p, w.first)
	if w.first = w.first[n:]; len(w.first) == 0 {
		w.first = nil
	}
	return n, nil
}

// CloseWrite ends one direction, where the connection can.
func (w *wire) CloseWrite() error {
	if c, ok := w.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

// A flow is an end that is a stream of HTTP/2, in which another protocol
// is spoken (RFC 8441, section 5).
type flow struct {
	io.Reader
	w       io.Writer
	control *http.ResponseController
}

// Write sends at once: what is said over WebSockets does not wait for more.
func (f *flow) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}

// CloseWrite cannot be: the stream ends for the client when its request is done.
func (f *flow) CloseWrite() error { return errors.ErrUnsupported }

// Close ends the reading.
func (f *flow) Close() error { return f.control.SetReadDeadline(time.Unix(1, 0)) }
