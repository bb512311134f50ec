package proxy

import (
	"context"
	"slices"
	"time"
)

const (
	mostIdle    = 128              // connections that wait for a next request
	longestIdle = 90 * time.Second // and for how long
	reapAfter   = 5 * time.Second  // how often it is looked whether they still do
)

// take returns a connection for one request of HTTP/1.1: the one that was given
// back last, or a new one. The name is what an upstream that speaks TLS is asked
// for; for others it is nothing. It is one on which the upstream has neither hung up nor
// said more than it was asked for, such as a body for a HEAD, as far as this machine
// knows: that would be taken for the answer, and each answer from then on for that
// of the next request. What isOnce must not be sent twice.
//
// Whoever has taken a tether gives it back, or closes it.
func (u *Upstream) take(ctx context.Context, name string, isOnce bool) (*tether, error) {
	if t := u.ready(name, isOnce, nil); t != nil {
		t.loop = nil
		return t, nil
	}
	return u.fasten(ctx, name)
}

// ready is take for a connection that is there; nil if none is. Best is one that lies at
// a loop, or at none if that is nil.
func (u *Upstream) ready(name string, isOnce bool, at *loop) *tether {
	for {
		t := u.pick(name, at)
		if t == nil {
			return nil
		}
		now := u.now()
		if !isOnce && now.Sub(t.since) < briefly || t.isQuiet(now) {
			return t
		}
		t.Close()
	}
}

// pick takes the youngest connection out that is good for a name, if there is one of
// those at a loop; nil if there is none.
func (u *Upstream) pick(name string, at *loop) *tether {
	u.mu.Lock()
	defer u.mu.Unlock()
	best := -1
	for i, t := range slices.Backward(u.idle) {
		if u.manner == mannerTLS && t.name != name {
			continue
		}
		if best < 0 || t.loop == at {
			best = i
		}
		if t.loop == at {
			break
		}
	}
	if best < 0 {
		return nil
	}
	t := u.idle[best]
	u.idle = slices.Delete(u.idle, best, best+1)
	return t
}

// fasten connects anew.
func (u *Upstream) fasten(ctx context.Context, name string) (*tether, error) {
	u.mu.Lock()
	age := u.age
	u.mu.Unlock()
	c, err := u.connect(ctx, name, protocolOne)
	if err != nil {
		return nil, err
	}
	return newTether(c.(*line), name, age), nil
}

// give takes a connection back on which an answer has come to its end, and the
// upstream waits for the next request. It is closed where it is not to be used again.
func (u *Upstream) give(t *tether) {
	isClean := len(t.rest()) == 0
	t.release()
	t.isReused, t.since = true, u.now()
	if !isClean || !u.keep(t) {
		t.Close() // what came unasked would be taken for the next answer
	}
}

// keep reports whether a connection is worth keeping, and keeps it.
func (u *Upstream) keep(t *tether) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if t.age != u.age || u.isAstray || len(u.idle) >= mostIdle {
		return false
	}
	u.idle = append(u.idle, t)
	if u.reaper == nil {
		u.reaper = time.AfterFunc(reapAfter, u.reap)
	}
	return true
}

// reap closes the connections that have waited for too long, and those that their
// upstream has ended. It comes again while there are any.
func (u *Upstream) reap() {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.now()
	u.idle = slices.DeleteFunc(u.idle, func(t *tether) bool {
		waited := now.Sub(t.since)
		isOver := waited >= longestIdle || waited >= reapAfter/2 && !t.isQuiet(now)
		if isOver {
			t.Close()
		}
		return isOver
	})
	u.reaper = nil
	if len(u.idle) > 0 {
		u.reaper = time.AfterFunc(reapAfter, u.reap)
	}
}

// drop closes all connections that wait.
func (u *Upstream) drop() {
	u.mu.Lock()
	all := u.idle
	u.idle = nil
	if u.reaper != nil {
		u.reaper.Stop()
		u.reaper = nil
	}
	u.mu.Unlock()
	for _, t := range all {
		t.Close()
	}
}
