//go:build !linux

package sockets

import "context"

// findInitiator reads the tables: those of these systems name the holders themselves, or
// are gathered from the processes anyway.
func (r Reader) findInitiator(ctx context.Context, q endQuestion, _ Likely) (c Initiator, ok bool) {
	s, err := readEndAmongAll(ctx, r, q)
	if err != nil {
		return c, false
	}
	one := []Socket{s}
	r.FindHolders(ctx, one) // what it could not see may be others' alone
	for _, h := range one[0].Holders {
		if !ok || h.Birth > c.Birth {
			c, ok = Initiator{ProcessID: h.ProcessID}, true
		}
	}
	return c, ok
}
