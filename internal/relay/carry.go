package relay

import (
	"cmp"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// carry connects c with the target, and closes it.
func (r *Relay) carry(ctx context.Context, c net.Conn) {
	target, err := r.reach(ctx)
	if err != nil {
		// A close would look as if the target had answered with nothing.
		r.failed.Add(1)
		reset(c)
		return
	}
	r.carried.Add(1)
	// Whatever is under way then ends with an error, on both sides.
	defer context.AfterFunc(ctx, func() { reset(c); reset(target) })()

	var both sync.WaitGroup
	both.Go(func() { pour(target, c, &r.up) })
	both.Go(func() { pour(c, target, &r.down) })
	both.Wait()
	c.Close()
	target.Close()
}

// The pauses between two tries to reach a target that is being started again.
const (
	firstPause = 10 * time.Millisecond
	mostPause  = 200 * time.Millisecond
)

// reach opens a connection to the target, and waits for one that is not there:
// a database that is started again is away for a moment.
func (r *Relay) reach(ctx context.Context) (net.Conn, error) {
	ctx, stop := context.WithTimeout(ctx, cmp.Or(r.Patience, 5*time.Second))
	defer stop()
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		c, err := r.Dial(ctx)
		if err == nil || !rest(ctx, pause) {
			return c, err
		}
	}
}

// pour carries bytes from one side to the other until the first has said its
// last, and passes that on while the other direction goes on. If either side
// breaks, so do both. Between two sockets of TCP the bytes stay in the kernel on
// Linux (splice(2)); elsewhere they pass through one buffer. Whoever reads
// slowly is not written to, and then the other side is not read from.
func pour(to, from net.Conn, count *atomic.Int64) {
	n, err := io.Copy(to, from)
	count.Add(n)
	if err == nil {
		err = closeWrite(to)
	}
	if err != nil {
		reset(to)
		reset(from)
	}
}

// closeWrite says that nothing more comes.
func closeWrite(c net.Conn) error {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return c.Close()
}

// reset closes a connection so that its peer sees that it broke, and does not
// take it for an end. For a Unix socket there is no such way.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}
