// Package relay carries TCP from an address that a name has to itself to
// wherever the name leads at the moment.
package relay

import (
	"cmp"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Relay carries connections to a target. Its fields are set before Serve is
// called, which several goroutines may do.
type Relay struct {
	// Dial opens a connection to the target, wherever that is now. It is called
	// for several connections at once.
	Dial func(context.Context) (net.Conn, error)

	Patience time.Duration // how long a connection waits for a target that is not there; zero means 5 s
	Linger   time.Duration // how long connections may go on when Serve's ctx has ended; zero means not at all
	Most     int           // how many connections there may be at once; zero means 1024

	open, carried, failed, refused atomic.Int64
	up, down                       atomic.Int64
}

// Counts are what a relay has done since it was made.
type Counts struct {
	Open    int64 // connections that are there now, also those that wait for the target
	Carried int64 // connections that reached the target
	Failed  int64 // connections whose target was not there in time
	Refused int64 // connections that were too many
	Up      int64 // bytes to the target, of connections that have ended
	Down    int64 // bytes from it, likewise
}

// Counts may be called at any time.
func (r *Relay) Counts() Counts {
	return Counts{r.open.Load(), r.carried.Load(), r.failed.Load(), r.refused.Load(), r.up.Load(), r.down.Load()}
}

// Serve carries what is accepted at l until ctx ends. It closes l, and returns
// when no connection is left. If l is closed before that, it takes no new ones,
// and those that there are go on.
func (r *Relay) Serve(ctx context.Context, l net.Listener) error {
	lives, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		l.Close()
		time.AfterFunc(r.Linger, cut) // for nothing, if all have ended by then
	})()
	defer l.Close()

	var all sync.WaitGroup
	err := r.accept(ctx, l, func(c net.Conn) {
		all.Go(func() {
			defer r.open.Add(-1)
			r.carry(lives, c)
		})
	})
	if ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
		cut() // it is broken
	}
	all.Wait()
	if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// breath is how long accepting stops when the system has no descriptor or no
// memory left for another connection: it may have when one has ended.
const breath = 50 * time.Millisecond

// accept hands over each connection that is not one too many, and counts it as
// open. It returns why there are no more.
func (r *Relay) accept(ctx context.Context, l net.Listener, take func(net.Conn)) error {
	most := int64(cmp.Or(r.Most, 1024))
	for {
		c, err := l.Accept()
		switch {
		case err == nil && r.open.Add(1) > most:
			// Whoever waits in silence does not learn that there are too many.
			r.open.Add(-1)
			r.refused.Add(1)
			reset(c)
		case err == nil:
			take(c)
		case !isShortage(err):
			return err
		case !rest(ctx, breath):
			return ctx.Err()
		}
	}
}

// rest reports whether some time went by before ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
