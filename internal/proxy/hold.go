package proxy

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	mostWaiting = 1000 // requests per upstream
	mostSends   = 3    // how often a request is sent that got no answer on a connection of its own
	mostStale   = 3    // and how often on one that had been used before, which may have ended in between
)

// idempotent are the methods that may be sent twice: it is the same as once
// (RFC 9110, section 9.2.2).
var idempotent = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodOptions: true, http.MethodTrace: true,
	http.MethodPut: true, http.MethodDelete: true,
}

// pauses are how long a held request waits before it tries again by itself; the
// last one from then on. To ask a port of this machine that nobody listens at
// costs some microseconds.
var pauses = []time.Duration{
	5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
}

// A hold is the patience of one request with an upstream that is not there, as
// while it restarts. Its zero value is new.
type hold struct {
	patience <-chan time.Time // nil as long as it did not have to wait
	tries    int
	sends    int  // see mostSends
	stale    int  // see mostStale
	isTurned bool // it was asked again by TLS; a server that cannot decide is not asked for ever
}

// wait waits until it is worth asking the upstream again: if it has moved since
// it was asked, or may have by now. An error says why to wait no longer.
func (x *exchange) wait(ctx context.Context, moved <-chan struct{}, err error) error {
	switch {
	case isAbsence(err):
	case x.isReused && x.hold.stale < mostStale:
		x.hold.stale++
		x.u.Close() // if the server has ended, so have the others
		return nil
	default:
		if x.hold.sends++; x.hold.sends >= mostSends {
			return err
		}
	}
	if !x.u.enter() {
		return errBusy
	}
	defer x.u.leave()
	if x.hold.patience == nil {
		timer := time.NewTimer(x.p.config.Patience)
		x.hold.patience = timer.C
		if x.p.config.Look != nil {
			x.p.looks.look(ctx, x.r.Host, x.p.config.Look)
		}
	}
	pause := time.NewTimer(pauses[min(x.hold.tries, len(pauses)-1)])
	defer pause.Stop()
	x.hold.tries++
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-x.hold.patience:
		return err
	case <-moved:
	case <-pause.C:
	}
	return nil
}

// mayHold reports whether a request that failed may be sent again: if nothing of
// it can have been done, or if it may be done twice.
func (x *exchange) mayHold(err error) bool {
	switch {
	case isAbsence(err):
	case errors.Is(err, errUnsent):
	case errors.Is(err, errCut) && idempotent[x.r.Method]:
	default:
		return false
	}
	return x.load.rewind()
}

// enter counts a request as waiting, if another one may.
func (u *Upstream) enter() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting >= mostWaiting {
		return false
	}
	u.waiting++
	return true
}

func (u *Upstream) leave() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.waiting--
}
