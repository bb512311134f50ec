package wire

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"sync"
	"time"
)

// A Client is the limen behind a socket, as a Place. Several goroutines may use
// it at once. When a context ends, what was asked for is told to stop, and what
// came of it is waited for, but some seconds at most.
type Client struct {
	path string
	pace pace

	mu     sync.Mutex // guards what follows
	idle   []*conn    // on which something else can be asked; the last one is next
	closed bool
}

// Dial connects to the limen that listens on a socket. The error is ErrNobody if
// none does, also if one has left the socket there.
func Dial(ctx context.Context, socket string) (*Client, error) {
	return dial(ctx, socket, usual)
}

// DialSoon is Dial for whoever can do without the limen behind the socket: until
// Relax is called, silence is taken for its end as soon as limit is over.
func DialSoon(ctx context.Context, socket string, limit time.Duration) (*Client, error) {
	return dial(ctx, socket, pace{silence: limit})
}

// Relax waits from now on as long as a client of Dial does. Nothing may be asked
// at this moment.
func (c *Client) Relax() {
	c.pace = usual
	for _, k := range c.idle {
		k.pace = usual
	}
}

func dial(ctx context.Context, socket string, p pace) (*Client, error) {
	first, err := open(ctx, socket, p)
	if err != nil {
		return nil, err
	}
	return &Client{path: socket, pace: p, idle: []*conn{first}}, nil
}

// Close ends the connections on which nothing is asked; the others end with
// their answers.
func (c *Client) Close() error {
	c.mu.Lock()
	idle := c.idle
	c.idle, c.closed = nil, true
	c.mu.Unlock()
	var err error
	for _, k := range idle {
		err = errors.Join(err, k.Close())
	}
	return err
}

// take returns a connection on which nothing is asked.
func (c *Client) take(ctx context.Context) (*conn, error) {
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		k := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		return k, nil
	}
	c.mu.Unlock()
	return open(ctx, c.path, c.pace)
}

// mostIdle is how many connections are kept for what is asked next.
const mostIdle = 8

// put takes back a connection whose answer is read.
func (c *Client) put(k *conn) {
	ready := k.rest()
	c.mu.Lock()
	defer c.mu.Unlock()
	if ready && !c.closed && len(c.idle) < mostIdle {
		c.idle = append(c.idle, k)
		return
	}
	k.Close()
}

// An exchange is one question and its answer.
type exchange struct {
	ctx    context.Context
	name   string
	conn   *conn
	answer *http.Response
	ended  func() bool // forgets ctx; false if the connection is told to stop
}

// begin asks, and returns once an answer of a limen begins.
func (c *Client) begin(ctx context.Context, name, accept string, in any) (*exchange, error) {
	question, err := questionText(name, in)
	if err != nil {
		return nil, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		k, err := c.take(ctx)
		if err != nil {
			return nil, err
		}
		x := &exchange{ctx: ctx, name: name, conn: k, ended: context.AfterFunc(ctx, k.stop)}
		x.answer, err = k.ask(ctx, name, accept, question)
		if err == nil {
			return x, nil
		}
		x.drop()
		if k.used && errors.Is(err, errUnsent) {
			continue // it was closed since the last question, and nobody has read this one
		}
		return nil, x.fault(err)
	}
}

// fault says why there is no answer, or not all of it.
func (x *exchange) fault(err error) error { return notAnswered(x.ctx, x.name, err) }

// drop ends the exchange and its connection.
func (x *exchange) drop() {
	x.ended()
	x.conn.Close()
}

// Do carries out the named operation there.
func (c *Client) Do(ctx context.Context, name string, in, out any) error {
	x, err := c.begin(ctx, name, oneText, in)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(x.answer.Body, maxAnswer+1))
	if err != nil || len(text) > maxAnswer {
		x.drop()
		return x.fault(cmp.Or(err, errTooLong))
	}
	if x.ended() && !x.answer.Close {
		c.put(x.conn)
	} else {
		x.conn.Close()
	}
	reflect.ValueOf(out).Elem().SetZero()
	if x.answer.StatusCode == http.StatusOK {
		if err := parseText(text, out); err != nil {
			return x.fault(err)
		}
		return nil
	}
	return x.failure(text, out)
}

// failure returns the error that an answer is, after it has read what was
// answered beside it into out.
func (x *exchange) failure(text []byte, out any) error {
	f, err := parseFailure(text)
	if err == nil && f.Answer != nil && out != nil {
		err = parseText(f.Answer, out)
	}
	if err != nil {
		return x.fault(err)
	}
	return x.failed(f)
}

// failed returns the error that a failure is here.
func (x *exchange) failed(f failure) error {
	if !f.Stopped {
		return &f.Error
	}
	if err := x.ctx.Err(); err != nil {
		return err
	}
	return x.fault(io.ErrUnexpectedEOF)
}

// Follow carries out the named feed there. When next fails, it returns what next
// returned, once the feed has ended: one that does not look at its context is
// left behind after a second, and ends with the next item it gives.
func (c *Client) Follow(ctx context.Context, name string, in, item any, next func() error) error {
	x, err := c.begin(ctx, name, lines, in)
	if err != nil {
		return err
	}
	defer x.drop()
	if x.answer.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(x.answer.Body, maxAnswer))
		if err != nil {
			return x.fault(err)
		}
		return x.failure(text, nil)
	}
	var (
		r      = bufio.NewReader(x.answer.Body)
		buf    []byte
		enough error // what next returned
	)
	for {
		if buf, err = readLine(r, buf, maxItem+1); err != nil {
			return cmp.Or(enough, x.fault(err))
		}
		if len(buf) == 0 || enough != nil && isItem(buf) {
			continue
		}
		reflect.ValueOf(item).Elem().SetZero()
		rec, err := parseRecord(buf, item)
		switch {
		case err != nil:
			return cmp.Or(enough, x.fault(err))
		case rec.End:
			return enough
		case rec.Error != nil:
			return cmp.Or(enough, x.failed(*rec.Error))
		}
		if enough = next(); enough != nil {
			x.conn.part(x.conn.pace.parting)
		}
	}
}
