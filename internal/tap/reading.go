package tap

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A reading reads one ring, from its oldest segment on: who was met first, for that
// may be written behind what they asked for; and then the requests.
type reading struct {
	ctx      context.Context
	root     *os.Root
	letter   string
	question Question
	wanted   map[uint64]bool // whose recordings are read; nil where exchanges are

	people  map[netip.AddrPort][]sighting
	known   map[string]*limen.Process // by how they are written
	stories map[uint64]*telling
	run     uint32
	missed  int64 // since the first block was written
	before  int64 // and until then
	hasSeen bool

	isOvertaken bool // by whoever writes

	found      []limen.Exchange
	recordings []limen.Recording
	gaps       []limen.Gap
}

// A sighting is whose a connection was from a time on.
type sighting struct {
	since   time.Time
	process *limen.Process
}

const (
	openMost   = 100_000 // requests without an end that are remembered
	peopleMost = 50_000  // sightings
	slack      = time.Second
)

// gap notes what could not be seen, once.
func (r *reading) gap(g limen.Gap) {
	if !slices.Contains(r.gaps, g) {
		r.gaps = append(r.gaps, g)
	}
}

// eachPiece gives the pieces of a block.
func eachPiece(b block, give func(piece)) {
	for rest := b.pieces; len(rest) > 0; {
		p, next, err := parsePiece(rest)
		if err != nil {
			return
		}
		give(p)
		rest = next
	}
}

// meet takes in whose connections were.
func (r *reading) meet(b block) {
	eachPiece(b, func(p piece) {
		if p.number != 0 || len(r.people) >= peopleMost {
			return
		}
		one, _, err := parsePart(p.parts)
		if err != nil || one.kind != partWhose {
			return
		}
		client, process, err := r.parsePerson(one.body)
		if err != nil {
			return
		}
		before := r.people[client]
		if n := len(before); n > 0 && before[n-1].since.Equal(one.at) {
			return // it was only said again
		}
		r.people[client] = append(before, sighting{one.at, process})
	})
}

// parsePerson is parsePerson, which it does once for each process.
func (r *reading) parsePerson(b []byte) (client netip.AddrPort, process *limen.Process, err error) {
	address, text := cutText(b)
	if known := r.known[string(text)]; known != nil {
		return client, known, client.UnmarshalBinary(address)
	}
	if client, process, err = parsePerson(b); err == nil {
		r.known[string(text)] = process
	}
	return client, process, err
}

// initiator is who had a connection when a request came over it.
func (r *reading) initiator(x *limen.Exchange) *limen.Process {
	var last *limen.Process
	for _, s := range r.people[x.Client] {
		if s.since.After(x.Time.Add(slack)) {
			break
		}
		last = s.process
	}
	return last
}

// tell takes in pieces of requests.
func (r *reading) tell(b block) {
	eachPiece(b, func(p piece) {
		if p.number == 0 || r.wanted != nil && !r.wanted[p.number] {
			return
		}
		t := r.stories[p.number]
		if t == nil {
			if p.sequence > 0 || len(r.stories) >= openMost {
				return // its beginning has made room for others
			}
			t = newTelling(idOf(r.letter, p.number), p.number, r.wanted != nil)
			t.run = b.run
			r.stories[p.number] = t
		}
		if t.take(p); p.isLast {
			delete(r.stories, p.number)
			r.keep(t)
		}
	})
}

// keep keeps a request that was asked for.
func (r *reading) keep(t *telling) {
	x := &t.exchange
	x.Initiator = r.initiator(x)
	switch {
	case r.wanted != nil:
		r.recordings = append(r.recordings, t.recording())
		return
	case r.question.Wants != nil && !r.question.Wants(x):
		return
	}
	if r.found = append(r.found, *x); len(r.found) >= 2*r.question.Most+1000 {
		r.cut()
	}
}

// cut lets go of all but the last requests.
func (r *reading) cut() {
	sortByTime(r.found, func(x *limen.Exchange) *limen.Exchange { return x })
	r.found = slices.Delete(r.found, 0, max(0, len(r.found)-r.question.Most))
}

// finish takes the requests that have no end: they go on, or their recording ended first.
func (r *reading) finish() {
	isAlive := len(r.stories) > 0 && r.isWritten()
	for _, number := range slices.Sorted(maps.Keys(r.stories)) {
		t := r.stories[number]
		if !isAlive || t.run != r.run {
			t.exchange.Open = false
			t.exchange.Fault = "its recording ended before it did"
		}
		r.keep(t)
	}
	r.cut()
}

// isWritten reports whether somebody writes to the ring.
func (r *reading) isWritten() bool {
	lock, err := takeLock(r.root)
	if err != nil {
		return errors.Is(err, errTaken)
	}
	return lock.Close() != nil
}
