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

	ctx      context.Context // of this conversation; Conn lives as long as one call of Speak
	dial     func(context.Context) (net.Conn, error)
	alpn     []string      // offered when it goes inside TLS
	patience time.Duration // how long the server may say nothing at all; zero means as long as ctx lasts

	conn   net.Conn
	unbind func() bool // ends the bond between conn and ctx
	r      *bufio.Reader
	budget io.LimitedReader // what the server may still send
	first  []byte           // what it said first
	heard  bool             // it has said something in this conversation
	tls    *limen.TLS
	wants  bool // the server wants a certificate of us
	err    error
}

const (
	mostBytes = 256 << 10 // that one conversation may read
	mostLine  = 8 << 10   // that one line may hold
	mostReply = 64 << 10  // that one Reply may hold: any UDP datagram fits
	mostFirst = 1 << 10   // that is kept of what a server said first
)

// converse opens a connection to t, for a conversation that ends with ctx. It
// must be closed.
func converse(ctx context.Context, t Target, patience time.Duration) *Conn {
	c := &Conn{Target: t, ctx: ctx, dial: t.dialer(), patience: patience}
	c.Again()
	return c
}

// attach makes conn what c speaks over, and ends it when the conversation is
// to end.
func (c *Conn) attach(conn net.Conn) {
	c.bind(conn)
	c.budget = io.LimitedReader{R: ear{c}, N: mostBytes}
	c.r = bufio.NewReaderSize(&c.budget, mostReply)
	c.err = nil
	c.wait(c.patience)
}

// bind makes conn end with the conversation's context.
func (c *Conn) bind(conn net.Conn) {
	c.conn = conn
	c.unbind = context.AfterFunc(c.ctx, func() { conn.SetDeadline(longAgo) })
}

// longAgo is a deadline that ends what is under way. (The zero time is none.)
var longAgo = time.Unix(1, 0)

// wait sets how long the server may take to say its first byte.
func (c *Conn) wait(patience time.Duration) {
	if patience > 0 && !c.heard {
		c.readUntil(now().Add(patience))
	}
}

// now is the system's time, which is what deadlines of connections are in.
func now() time.Time { return time.Now() }

// readUntil sets when reading ends, at the latest with the conversation.
func (c *Conn) readUntil(at time.Time) {
	c.conn.SetReadDeadline(at)
	if c.ctx.Err() != nil {
		c.conn.SetReadDeadline(longAgo) // what bind set may just have been undone
	}
}

// An ear hears what the server says on the connection of a Conn.
type ear struct{ c *Conn }

// Read reads from the connection. A server that has begun to speak is given
// all the time that the conversation has.
func (e ear) Read(b []byte) (int, error) {
	c := e.c
	n, err := c.conn.Read(b)
	if n > 0 && !c.heard {
		c.heard = true
		c.readUntil(time.Time{})
	}
	if room := mostFirst - len(c.first); room > 0 {
		c.first = append(c.first, b[:min(n, room)]...)
	}
	return n, err
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

// Secure reports whether the conversation is inside TLS.
func (c *Conn) Secure() bool { return c.tls != nil }

// Again ends the connection and opens another to the same endpoint, inside
// TLS if this one is: a server sees one at a time.
func (c *Conn) Again() {
	secure := c.Secure()
	c.close()
	conn, err := c.dial(c.ctx)
	if err != nil {
		c.fail(err)
		return
	}
	c.attach(conn)
	if secure {
		c.startTLS()
	}
}

// Said is evidence: what a server said, made short, and what it was said to.
func (c *Conn) Said(from, text string) []limen.Evidence {
	return []limen.Evidence{{What: quote(text), From: from}}
}

// greeting waits a while for the server to speak first, and returns what it
// says without taking it. Silence is no error.
func (c *Conn) greeting(while time.Duration) []byte {
	if c.err != nil {
		return nil
	}
	c.wait(while)
	if _, err := c.r.Peek(1); err != nil {
		if !isTimeout(err) || c.ctx.Err() != nil {
			c.fail(err)
		}
		return nil
	}
	b, err := c.r.Peek(c.r.Buffered())
	c.fail(err)
	return b
}

// close ends the conversation. A linger of nothing would spare the server a
// TIME_WAIT, and fill its log with resets; so it is closed as anyone would.
func (c *Conn) close() {
	if c.conn != nil {
		c.unbind()
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

// isTimeout reports whether err is that time ran out.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

var errLongLine = errors.New("the server sent a line without end")
