package probe

import (
	"context"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// Budget is how long one endpoint is asked, whatever it answers.
const Budget = time.Second

// How long a server may say nothing before the next protocol is tried. What is
// known of its owner makes waiting worth it; a list of guesses does not. One
// that takes its time to turn us away is given more: it may start anew for each
// client, as X11 does, or its machine is busy.
const (
	patienceOwner = 500 * time.Millisecond // the owner is known to speak it
	patiencePort  = 200 * time.Millisecond // the port is usual for it
	patienceAsked = 250 * time.Millisecond // nothing is known, and it was asked
	patienceGreet = 80 * time.Millisecond  // nothing is known, and it may speak first
	patienceGuess = 40 * time.Millisecond  // one protocol of the list
)

// Identify finds out what speaks at t, and asks it no longer than Budget. It
// holds one connection at a time. Its error says what was seen instead, where
// nothing could be told.
func Identify(ctx context.Context, t Target) (limen.Service, error) {
	return identify(ctx, t, All)
}

func identify(ctx context.Context, t Target, probes []Probe) (limen.Service, error) {
	if !isOne(t.Endpoint) {
		return limen.Service{}, errMany
	}
	ctx, cancel := context.WithTimeout(ctx, t.long(Budget))
	defer cancel()
	q := newInquiry(t, probes)
	for _, step := range steps {
		if s, ok := step(q, ctx); ok {
			return s, nil
		}
		if q.isOver(ctx) {
			break
		}
	}
	return q.conclude(ctx)
}

// steps are how an endpoint is asked, those first that ask least of it.
var steps = []func(*inquiry, context.Context) (limen.Service, bool){
	(*inquiry).heedClaims,
	(*inquiry).askOwners,
	(*inquiry).askPorts,
	(*inquiry).meet,
	(*inquiry).meetInside,
	(*inquiry).askRest,
}

// heedClaims asks for what the command line of the owner says that it is, or
// takes its word where asking would disturb.
func (q *inquiry) heedClaims(ctx context.Context) (limen.Service, bool) {
	for _, p := range q.probes {
		if p.Claims == nil {
			continue
		}
		claim := p.Claims(q.target)
		if claim == Spared {
			return spared(p.Name, "", "it serves one client at a time, and was not asked"), true
		}
		if claim == Claimed {
			if s, ok := q.ask(ctx, p, patienceOwner); ok {
				return s, true
			}
		}
	}
	return limen.Service{}, false
}

// askOwners asks for what the words of the owner name.
func (q *inquiry) askOwners(ctx context.Context) (limen.Service, bool) {
	return q.askEach(ctx, q.named, patienceOwner)
}

// askPorts asks for what the port is usual for.
func (q *inquiry) askPorts(ctx context.Context) (limen.Service, bool) {
	var usual []Probe
	for _, p := range q.probes {
		if slices.Contains(p.usualPorts(), q.target.Endpoint.Port()) && !p.onlyClaimed() {
			usual = append(usual, p)
		}
	}
	return q.askEach(ctx, usual, patiencePort)
}

// meet hears whether the server greets, and else asks the question that most
// servers answer, or complain of.
func (q *inquiry) meet(ctx context.Context) (limen.Service, bool) {
	i := slices.IndexFunc(q.probes, func(p Probe) bool { return p.Opening != nil })
	if i < 0 {
		return limen.Service{}, false
	}
	q.listens = !q.target.IsWeb
	defer func() { q.listens = false }()
	return q.ask(ctx, q.probes[i], patienceAsked)
}

// meetInside asks owners' words and does the same inside TLS, where that has
// not been tried yet.
func (q *inquiry) meetInside(ctx context.Context) (limen.Service, bool) {
	if q.inside != untold {
		return limen.Service{}, false
	}
	q.inside = inTLS // until it proves to be wrong
	if s, ok := q.askOwners(ctx); ok || q.inside == inClear {
		return s, ok
	}
	return q.meet(ctx)
}

// askRest asks for all that wait to be asked, one after another. Datagrams are
// not tried out: a program takes each for one of its peers', and its silence
// tells nothing.
func (q *inquiry) askRest(ctx context.Context) (limen.Service, bool) {
	var rest []Probe
	if q.target.Endpoint.Transport == limen.UDP {
		return limen.Service{}, false
	}
	for _, p := range q.probes {
		if p.Greets == nil && !p.onlyClaimed() {
			rest = append(rest, p)
		}
	}
	return q.askEach(ctx, rest, patienceGuess)
}

// askEach asks for one protocol after another until one is proved.
func (q *inquiry) askEach(ctx context.Context, probes []Probe, patience time.Duration) (limen.Service, bool) {
	for _, p := range probes {
		if q.isOver(ctx) {
			break
		}
		if s, ok := q.ask(ctx, p, patience); ok {
			return s, true
		}
	}
	return limen.Service{}, false
}
