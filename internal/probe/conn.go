package probe

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/limenhq/limen"
)

// A Conn is a conversation with a server that may say anything, or nothing.
// What it may send and how long it may take is bounded. The first thing that
// goes wrong ends the conversation: from then on all reads give nothing, so
// that a probe can ask without looking after each question.
//
// With UDP each Send is one datagram, and Reply reads one.
type Conn struct {
	Target Target // who is spoken to

	ctx    context.Context // of this conversation; Conn lives as long as one call of Speak
	conn   net.Conn
	r      *bufio.Reader
	budget io.LimitedReader // what the server may still send
	dial   func(context.Context) (net.Conn, error)
	tls    *limen.TLS
	err    error
}

const (
	mostBytes = 256 << 10 // that one conversation may read
	mostLine  = 8 << 10   // that one line may hold
	mostReply = 64 << 10  // that one Reply may hold: any UDP datagram fits
)

// attach makes conn what c speaks over.
func (c *Conn) attach(conn net.Conn) {
	c.conn, c.err = conn, nil
	c.budget = io.LimitedReader{R: conn, N: mostBytes}
	c.r = bufio.NewReaderSize(&c.budget, mostReply)
	if at, ok := c.ctx.Deadline(); ok {
		c.fail(conn.SetDeadline(at))
	}
}

// Send sends text.
func (c *Conn) Send(text string) { c.Write([]byte(text)) }

// Write sends bytes, all of them if it can. It makes a Conn an io.Writer.
func (c *Conn) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.conn.Write(b)
	c.fail(err)
	return n, err
}

// Ask sends text and returns what comes first.
func (c *Conn) Ask(text string) []byte {
	c.Send(text)
	return c.Reply()
}

// Reply waits for the server and returns what it sent, up to 64 KiB: with TCP
// at least one byte and perhaps not all, with UDP one datagram.
func (c *Conn) Reply() []byte {
	if c.err != nil {
		return nil
	}
	if _, err := c.r.Peek(1); err != nil {
		c.fail(err)
		return nil
	}
	b := make([]byte, c.r.Buffered())
	_, err := io.ReadFull(c.r, b)
	c.fail(err)
	return b
}

// Peek waits for n bytes and returns them without taking them, or nothing.
func (c *Conn) Peek(n int) []byte {
	if c.err != nil {
		return nil
	}
	b, err := c.r.Peek(n)
	if err != nil {
		c.fail(err)
		return nil
	}
	return b
}

// Line returns the next line without its end, or nothing.
func (c *Conn) Line() string {
	if c.err != nil {
		return ""
	}
	var line []byte
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			c.fail(err)
			return ""
		}
		if b == '\n' {
			break
		}
		if line = append(line, b); len(line) > mostLine {
			c.fail(errLongLine)
			return ""
		}
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return string(line)
}

// Next returns the next n bytes, or nothing.
func (c *Conn) Next(n int) []byte {
	if c.err != nil || n < 0 || n > mostBytes {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(c.r, b); err != nil {
		c.fail(err)
		return nil
	}
	return b
}

// Read makes a Conn an io.Reader, for libraries that want one.
func (c *Conn) Read(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(b)
	c.fail(err)
	return n, err
}

// Err returns what ended the conversation, or nil.
func (c *Conn) Err() error { return c.err }

// Again ends the connection and opens another to the same endpoint, in the
// clear: a server sees one at a time.
func (c *Conn) Again() {
	c.close()
	conn, err := c.dial(c.ctx)
	if err != nil {
		c.fail(err)
		return
	}
	c.tls = nil
	c.attach(conn)
}

// Said is evidence: what a server said, made short, and what it was said to.
func (c *Conn) Said(from, text string) []limen.Evidence {
	return []limen.Evidence{{What: quote(text), From: from}}
}

// close ends the conversation. A linger of nothing would spare the server a
// TIME_WAIT, and fill its log with resets; so it is closed as anyone would.
func (c *Conn) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// fail keeps the first error.
func (c *Conn) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// patience ends waiting for a server at a time earlier than the
// conversation's own; zero gives it back.
func (c *Conn) patience(until time.Time) {
	if end, ok := c.ctx.Deadline(); until.IsZero() || ok && end.Before(until) {
		until = end
	}
	c.fail(c.conn.SetReadDeadline(until))
}

var errLongLine = errors.New("the server sent a line without end")
