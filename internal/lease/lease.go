// Package lease picks ports that are free and stay so between the question
// and the answer: each is bound for a moment to prove that it is free, and
// written down where every other limen looks first.
package lease

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"time"

	"github.com/limenhq/limen"
)

// A Ledger keeps leases, safely between processes.
type Ledger interface {
	// Leases returns those that are not over at now.
	Leases(ctx context.Context, now time.Time) ([]limen.Lease, error)
	// Claim keeps l, and reports whether it could: not if another has its
	// port, or its name in its project and branch.
	Claim(ctx context.Context, l limen.Lease) (bool, error)
	// Release ends the lease of a port, and reports whether there was one.
	Release(ctx context.Context, port uint16) (bool, error)
}

// A Picker picks ports.
type Picker struct {
	Ledger Ledger

	// Free reports whether a port can be bound on every family, by binding it.
	Free func(port uint16) (bool, error)
	// Judge says whether a port should be given out, without trying it.
	Judge func(port uint16) Judgement

	Now  time.Time
	Seed uint64 // where to begin looking for a port without a name
}

// A Judgement says whether a port should be given out.
type Judgement uint8

const (
	Good   Judgement = iota
	Better           // not if there is another: it is known for something else, or goes to outgoing connections
	Never            // it is reserved, browsers refuse it, or it takes rights
)

// A Wish is what is wanted. The zero value wants one port, for a moment.
type Wish struct {
	Name    string        // keeps the port for this name; then Project says where the name belongs
	Project limen.Project // only Root, Name, Branch and Worktree count

	Count       int             // 0 means 1
	Range       limen.PortRange // zero means Usual
	Consecutive bool            // the ports follow each other
	Memorable   bool            // numbers people remember are tried first
}

// Usual is where ports are picked from: above what needs rights and what is
// well known, below what systems give to outgoing connections (from 32768 on
// Linux, 49152 elsewhere).
var Usual = limen.PortRange{From: 10000, To: 32767}

// moment is how long a port stays picked for whoever asked without a name: long
// enough for a server to start, short enough that none run out.
const moment = time.Minute

// Pick picks ports, all that are wished for or none.
func (p Picker) Pick(ctx context.Context, w Wish) ([]limen.Lease, error) {
	w.Count = max(w.Count, 1)
	isAsked := w.Range.From != 0
	if !isAsked {
		w.Range = Usual
		if w.Memorable {
			w.Range.From = 1024
		}
	}
	had, err := p.Ledger.Leases(ctx, p.Now)
	if err != nil {
		return nil, err
	}
	leased := map[uint16]bool{}
	for _, l := range had {
		leased[l.Port] = true
	}
	// What is only better avoided is given where a range was named and has
	// nothing else.
	for _, worst := range []Judgement{Good, Better} {
		if worst > Good && !isAsked {
			break
		}
		for ports := range p.candidates(w) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			got, err := p.take(ctx, w, ports, worst, leased)
			if err != nil || got != nil {
				return got, err
			}
		}
	}
	return nil, &limen.Error{
		Kind: limen.Busy,
		What: fmt.Sprintf("cannot pick %s in %v", amount(w), w.Range),
		Why:  "all others are taken, leased, reserved, refused by browsers, or well known for something else",
		Next: "name a wider range: --range 10000-32767; limen leases shows what is leased",
	}
}

// amount says how many ports are wished for.
func amount(w Wish) string {
	switch {
	case w.Count == 1:
		return "a port"
	case w.Consecutive:
		return fmt.Sprintf("%d ports in a row", w.Count)
	}
	return fmt.Sprintf("%d ports", w.Count)
}

// take leases ports if all of them are no worse than worst, not leased, and
// free. It returns nil if they are not. A range of single ports is gathered
// until there are as many as are wished for.
func (p Picker) take(ctx context.Context, w Wish, ports iter.Seq[uint16], worst Judgement, leased map[uint16]bool) ([]limen.Lease, error) {
	var got []limen.Lease
	undo := func(cause error) error {
		for _, l := range got {
			if _, err := p.Ledger.Release(ctx, l.Port); err != nil {
				cause = errors.Join(cause, err)
			}
		}
		return cause
	}
	for port := range ports {
		ok := !leased[port] && p.Judge(port) <= worst
		if ok {
			var err error
			if ok, err = p.lease(ctx, w, port, &got); err != nil {
				return nil, undo(err)
			}
		}
		if !ok && w.Consecutive {
			return nil, undo(nil)
		}
		if len(got) == w.Count {
			return got, nil
		}
	}
	return nil, undo(nil)
}

// lease binds a port and writes it down, and reports whether it could.
func (p Picker) lease(ctx context.Context, w Wish, port uint16, got *[]limen.Lease) (bool, error) {
	free, err := p.Free(port)
	if err != nil || !free {
		return false, err
	}
	l := limen.Lease{Port: port, Since: p.Now, Until: p.Now.Add(moment)}
	if w.Name != "" {
		l.Name, l.Until = Numbered(w.Name, len(*got)), time.Time{}
		l.Project, l.Branch, l.Worktree = w.Project.Root, w.Project.Branch, w.Project.Worktree
	}
	if w.Memorable {
		l.Why = memorable(port)
	}
	ok, err := p.Ledger.Claim(ctx, l)
	if ok && err == nil {
		*got = append(*got, l)
	}
	return ok, err
}

// Numbered is the name of one of several ports: web, web-2, web-3.
func Numbered(name string, n int) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, n+1)
}

// candidates are the ports to try: one sequence of all of them, or, where they
// must follow each other, one for each place they could begin at.
func (p Picker) candidates(w Wish) iter.Seq[iter.Seq[uint16]] {
	size := int(w.Range.To) - int(w.Range.From) + 1
	start := int(p.start(w) % uint64(size))
	at := func(i int) uint16 { return w.Range.From + uint16(i) }
	single := func(yield func(uint16) bool) {
		if w.Memorable {
			for _, port := range remembered(w.Range) {
				if !yield(port) {
					return
				}
			}
		}
		for i := range size {
			if !yield(at((start + i) % size)) {
				return
			}
		}
	}
	if !w.Consecutive {
		return func(yield func(iter.Seq[uint16]) bool) { yield(single) }
	}
	return func(yield func(iter.Seq[uint16]) bool) {
		for first := range single {
			run := func(yield func(uint16) bool) {
				for i := range w.Count {
					if int(first)+i > int(w.Range.To) || !yield(first+uint16(i)) {
						return
					}
				}
			}
			if !yield(run) {
				return
			}
		}
	}
}

// start is where to begin looking. With a name it depends on name, project,
// worktree and branch alone, so that a clone of the project on another machine
// most likely gets the same ports.
func (p Picker) start(w Wish) uint64 {
	if w.Name == "" {
		return p.Seed
	}
	h := fnv.New64a()
	for _, s := range []string{w.Project.Name, w.Project.Worktree, w.Project.Branch, w.Name} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return h.Sum64()
}
