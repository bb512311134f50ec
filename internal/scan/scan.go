// Package scan finds out which TCP ports of an address let a connection in, by
// connecting, with no rights at all. Whoever listens sees a connection that is
// taken back at once. Every port that was asked is counted: open, refused,
// silent or unknown.
package scan

import (
	"context"
	"net/netip"
	"time"
)

// A State is what came of asking one port.
type State uint8

const (
	Unknown State = iota // it could not be asked, or not to the end
	Open                 // it took a connection
	Refused              // it answered that nobody listens
	Silent               // it did not answer in time
)

// A Scanner asks ports. Its zero value is ready.
type Scanner struct {
	Patience time.Duration // how long a port may take to answer; 0 means Usual
	Most     int           // connections that may wait for an answer at once; 0 means as many as make sense
}

// Usual is how long a port of a near address may take.
const Usual = 300 * time.Millisecond

// second is what is waited for ports that were silent once: the kernel sends
// its first question again after one second (RFC 6298 §2).
const second = 1300 * time.Millisecond

// mostSecond is how many silent ports are asked once more. Where there are
// more, a firewall swallows what nobody listens for, and meant it.
const mostSecond = 256

// A Result is the state of each port that was asked, and why some are unknown.
type Result struct {
	States []State // in the order of the ports
	Why    error   // nil if none is unknown
}

// Scan asks ports of an address. It returns what it knows when ctx ends.
func (s Scanner) Scan(ctx context.Context, a netip.Addr, ports []uint16) Result {
	if s.Patience == 0 {
		s.Patience = Usual
	}
	r := Result{States: make([]State, len(ports))}
	r.Why = s.ask(ctx, a, ports, r.States)
	s.askAgain(ctx, a, ports, &r)
	if ctx.Err() != nil {
		r.Why = ctx.Err()
	}
	return r
}

// askAgain asks those once more that said nothing: a listener whose queue is
// full for a moment says nothing either.
func (s Scanner) askAgain(ctx context.Context, a netip.Addr, ports []uint16, r *Result) {
	var again []uint16
	var at []int
	for i, state := range r.States {
		if state == Silent {
			again, at = append(again, ports[i]), append(at, i)
		}
	}
	if len(again) == 0 || len(again) > mostSecond || s.Patience >= second {
		return
	}
	s.Patience = second
	states := make([]State, len(again))
	if err := s.ask(ctx, a, again, states); err != nil && r.Why == nil {
		r.Why = err
	}
	for i, state := range states {
		if state != Unknown {
			r.States[at[i]] = state
		}
	}
}
