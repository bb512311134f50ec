package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// This is HTTP/2 (RFC 9113) for browsers and other clients, with WebSockets (RFC
// 8441). It is not net/http's for two reasons: that one takes WebSockets only if a
// variable of the environment says so, and spends on each frame what here an answer
// costs.
//
// One goroutine reads frames and never waits for anything else; one writes what has
// come together; each request has its handler's. What they share is guarded by one
// lock, which is never held while anybody waits for the network.

// An h2Conn is a connection to a client.
type h2Conn struct {
	conn    net.Conn
	handler http.Handler
	limits  h2Limits
	base    context.Context // of all requests
	remote  string
	tls     *tls.ConnectionState
	words   *h2Vocabulary
	credit  atomic.Int32 // see errand

	// What follows belongs to the reader.
	in      h2Input
	decoder *hpack.Decoder
	head    h2Head
	block   h2Block
	coined  map[string]h2Came

	awaited atomic.Uint32 // which head has begun to arrive, counted from one; 0 if none has
	heads   uint32        // that have begun to arrive

	handlers sync.WaitGroup
	helpers  sync.WaitGroup

	mu      sync.Mutex // guards what follows, and parts of each stream
	streams map[uint32]*h2Stream
	pending []*h2Stream // those that no handler has yet
	hands   int32       // goroutines for handlers
	parked  int32       // those of them that wait
	begun   sync.Cond   // for them: there is something to do
	closed  h2Memory    // streams that are no more

	window  int64       // how much the client lets us send
	initial int64       // the window of a new stream
	granted int64       // how much we let it send
	owed    int32       // how much of it was read and not given back
	queue   []*h2Stream // those that wait to write

	out        []byte // what is to be written
	output     *[]byte
	work       sync.Cond // for the writer: there is something
	written    sync.Cond // for others: there is room again
	isWriting  bool      // there is a writer
	isQuiet    bool      // nothing has come for a while
	mustShrink bool      // the client has made its table of fields smaller, and is to hear that we know
	hasShrunk  bool      // it has, or will

	lastID  uint32 // the highest that the client has used
	served  uint32 // the highest that has come to a handler
	leaving h2Leaving
	isOver  bool  // nothing is left to do
	isShut  bool  // nothing more is written
	isCut   bool  // nothing more can be written
	err     error // why it ends; nil until it does

	told atomic.Pointer[h2Told]

	dated    int64 // when dateText was made
	dateText string

	watch h2Watch
}

// serveHTTP2 speaks HTTP/2 on a connection, which begins with the client's preface,
// and has a handler answer the requests. When ctx ends it takes no more of them, and
// returns when those that are under way are answered; whoever cannot wait for that
// closes the connection. It has closed it when it returns, and no handler runs any
// more. The error is nil if the connection has ended as it should.
func serveHTTP2(ctx context.Context, conn net.Conn, h http.Handler, limits h2Limits) error {
	c := newH2Conn(ctx, conn, h, limits)
	conn.SetDeadline(time.Time{}) // whoever had it before may have set one
	c.greet()
	c.watch.start(c)
	stop := context.AfterFunc(ctx, c.shutdown)
	err := c.read()
	stop()
	c.close(err)
	if errors.Is(err, errH2Over) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func newH2Conn(ctx context.Context, conn net.Conn, h http.Handler, limits h2Limits) *h2Conn {
	limits = limits.usual()
	c := &h2Conn{
		conn: conn, handler: h, limits: limits,
		base:    context.WithValue(context.WithoutCancel(ctx), http.LocalAddrContextKey, conn.LocalAddr()),
		remote:  conn.RemoteAddr().String(),
		words:   h2Words(),
		head:    h2Head{limit: limits.fields},
		streams: map[uint32]*h2Stream{},
		window:  h2InitialWindow, initial: h2InitialWindow, granted: int64(limits.windows),
	}
	if t, ok := conn.(interface{ ConnectionState() tls.ConnectionState }); ok {
		state := t.ConnectionState()
		c.tls = &state
	}
	c.in.conn = conn
	c.decoder = hpack.NewDecoder(4096, c.head.add) // the initial SETTINGS_HEADER_TABLE_SIZE
	c.credit.Store(int32(limits.credit))
	c.work.L, c.written.L, c.begun.L = &c.mu, &c.mu, &c.mu
	return c
}

// greet says what we are like (RFC 9113, section 3.4).
func (c *h2Conn) greet() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = appendH2Settings(c.spare(),
		http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: uint32(c.limits.streams)},
		http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(c.limits.window)},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: uint32(c.limits.fields)},
		http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1}, // RFC 8441, section 3
		http2.Setting{ID: http2.SettingNoRFC7540Priorities, Val: 1},   // RFC 9218, section 2.1
	)
	if more := c.limits.windows - h2InitialWindow; more > 0 {
		c.out = appendH2Window(c.out, 0, more)
	}
	c.wake()
}

// close ends a connection whose reading has ended with err.
func (c *h2Conn) close(err error) {
	c.watch.stop()
	var breach *h2Error
	hasWords := errors.As(err, &breach) || errors.Is(err, errH2Over)
	c.mu.Lock()
	if breach != nil && c.err == nil {
		c.sayWhy(breach)
	}
	c.fail(err)
	c.isOver, c.isShut = true, true
	c.work.Signal()
	mayLinger := hasWords && !c.isCut
	c.mu.Unlock()
	if mayLinger {
		c.linger()
	}
	c.conn.Close()
	c.helpers.Wait()
	c.handlers.Wait()
}

// farewell is how long a client may take to read our last words, and to hang up.
const farewell = time.Second

// linger lets the client read what we said last. Were the connection closed while
// something of the client's is unread, the kernel would throw that away (RFC 9112,
// section 9.6).
func (c *h2Conn) linger() {
	c.conn.SetDeadline(c.limits.now().Add(farewell))
	c.helpers.Wait() // that is the writer
	if half, ok := c.conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return
	}
	io.Copy(io.Discard, io.LimitReader(c.conn, 1<<20))
}

// fail ends all requests that are under way. The lock is held.
func (c *h2Conn) fail(err error) {
	if c.err != nil {
		return
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // to a body it would say that all of it came
	}
	c.err = err
	for _, s := range c.streams {
		c.remove(s, err, false)
	}
	c.written.Broadcast()
	c.dismiss()
	c.conn.SetReadDeadline(longAgo) // the reader may be waiting
}

// longAgo, as a deadline, ends what waits.
var longAgo = time.Unix(1, 0)
