package proxy

import (
	"context"
	"slices"
	"time"
)

// An h2Context is the context of a stream: it ends when the client takes its request
// back or is gone, and when the handler has returned. It is the stream itself, so
// that a request for which nobody waits on it pays nothing for it.
type h2Context h2Stream

// Deadline says that there is none.
func (x *h2Context) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done returns a channel that is closed when the stream is over.
func (x *h2Context) Done() <-chan struct{} {
	x.conn.mu.Lock()
	defer x.conn.mu.Unlock()
	if x.done == nil {
		x.done = make(chan struct{})
		if x.isOver {
			close(x.done)
		}
	}
	return x.done
}

// Err returns context.Canceled when the stream is over.
func (x *h2Context) Err() error {
	x.conn.mu.Lock()
	defer x.conn.mu.Unlock()
	if x.isOver {
		return context.Canceled
	}
	return nil
}

// Value returns what the connection's context has.
func (x *h2Context) Value(key any) any { return x.conn.base.Value(key) }

// AfterFunc has f called, in a goroutine of its own, when the stream is over. Package
// context asks for it, and spends a goroutine on each context that is made of one
// that does not have it.
func (x *h2Context) AfterFunc(f func()) (stop func() bool) {
	x.conn.mu.Lock()
	defer x.conn.mu.Unlock()
	if x.isOver {
		go f()
		return func() bool { return false }
	}
	waiting := &f
	x.after = append(slices.DeleteFunc(x.after, func(f *func()) bool { return *f == nil }), waiting)
	return func() bool {
		x.conn.mu.Lock()
		defer x.conn.mu.Unlock()
		isWaiting := *waiting != nil
		*waiting = nil
		return isWaiting
	}
}

// tie has a connection to an upstream closed when the stream is over, until untie is
// called. It reports whether it is not over yet.
func (s *h2Stream) tie(t *tether) bool {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if s.isOver {
		return false
	}
	s.tether = t
	return true
}

// untie reports whether the connection is still the stream's.
func (s *h2Stream) untie() bool {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	isTied := s.tether != nil
	s.tether = nil
	return isTied
}

// end ends the context. The connection's lock is held.
func (x *h2Context) end() {
	if x.isOver {
		return
	}
	x.isOver = true
	if x.done != nil {
		close(x.done)
	}
	for _, f := range x.after {
		if *f != nil {
			go (*f)()
			*f = nil
		}
	}
	x.after = nil
	if x.tether != nil {
		go x.tether.cut()
		x.tether = nil
	}
}
