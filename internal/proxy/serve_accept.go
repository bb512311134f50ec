package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/limenhq/limen"
)

const (
	shortestPause = 5 * time.Millisecond // between two attempts to accept a connection
	longestPause  = time.Second
)

// accept takes the connections of one listener, as many as there is room for,
// until it is closed.
func (f *front) accept(ctx context.Context, l net.Listener, sort func(*guest)) error {
	defer l.Close()
	pause := time.Duration(0)
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			if f.crowd.makeRoom(ctx) != nil {
				c.Close() // serving has ended while it waited
				return nil
			}
			sort(f.crowd.enter(c))
			continue
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("%v: %w", l.Addr(), err)
		}
		if pause == 0 && !errors.Is(err, syscall.ECONNABORTED) { // a client that changed its mind (accept(2))
			f.tell(unaccepted(l, err))
		}
		f.crowd.evict() // mostly, descriptors are what there is too little of
		pause = min(max(2*pause, shortestPause), longestPause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// unaccepted says that clients have to wait.
func unaccepted(l net.Listener, err error) limen.Gap {
	g := limen.Gap{What: fmt.Sprintf("new connections to %v, for a moment", l.Addr()), Why: err.Error()}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		g.Next = "raise the limit of open files: ulimit -n"
	}
	return g
}
