package host

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/redact"
	"github.com/limenhq/limen/internal/tap"
)

// Tap tells what goes through names, or to a port, until ctx ends.
func (h *Host) Tap(ctx context.Context, in op.TapIn, next func(limen.Tapped) error) error {
	v, err := h.newVigil(ctx, in)
	if err != nil {
		return err
	}
	if in.Target != nil {
		if v.standin, err = h.standBefore(ctx, *in.Target, in.Port); err != nil {
			return err
		}
		defer v.standin.close()
	}
	recorder, err := h.tape.use(v.wish)
	if err != nil {
		return err
	}
	defer h.tape.leave(v.wish) // what could not be written to the end was told as a gap
	tapping, stop := context.WithCancel(ctx)
	defer stop()
	if v.standin != nil {
		h.tape.listenBefore(v.standin)
		defer h.tape.letGo(v.standin.proxy)
	}
	over := v.awaitEnd(tapping, stop)
	err = v.follow(tapping, recorder, func() { v.serve(tapping, stop) }, next)
	stop()
	return cmp.Or(err, over(), ctx.Err())
}

// serve begins to answer before the target. Clients that came sooner have waited, so
// that none of their requests goes by unheard.
func (v *vigil) serve(ctx context.Context, stop context.CancelFunc) {
	if v.standin != nil {
		v.standin.serve(ctx, stop)
	}
}

// awaitEnd stops a tap when nothing can come through any more. The function it
// returns waits for that, and says why.
func (v *vigil) awaitEnd(ctx context.Context, stop context.CancelFunc) (over func() error) {
	var waiting sync.WaitGroup
	var why error
	if v.harbour != nil {
		waiting.Go(func() {
			select {
			case <-v.harbour.leaving:
				why = &limen.Error{Kind: limen.Busy, What: "cannot go on tapping", Why: "another daemon has taken over", Next: "the same command once more"}
				stop()
			case <-ctx.Done():
			}
		})
	}
	return func() error {
		waiting.Wait()
		if v.standin != nil && why == nil {
			why = v.standin.ended()
		}
		return why
	}
}

// A vigil is one who taps.
type vigil struct {
	host    *Host
	harbour *harbour // nil if there is none
	in      op.TapIn
	sieve   sieve
	wish    *wish
	names   []name   // that were typed
	at      []string // names that lead to the target
	standin *standin // nil if there is none
	gaps    []limen.Gap
	heard   int             // of how many faults of the tape it was told
	read    map[string]bool // names with paths whose answers were read, or were documents when it began
}

// newVigil finds out what a question is about.
func (h *Host) newVigil(ctx context.Context, in op.TapIn) (*vigil, error) {
	v := &vigil{host: h, harbour: h.harbour.Load(), in: in, wish: &wish{names: map[string]bool{}}, heard: h.tape.told(), read: map[string]bool{}}
	var err error
	if v.sieve, err = newSieve(in.Filter); err != nil {
		return nil, err
	}
	if v.names, err = h.namesTyped(in.Names); err != nil {
		return nil, err
	}
	if v.harbour == nil && (len(in.Names) > 0 || in.Target == nil) {
		what := "cannot tap what goes through names"
		if len(in.Names) > 0 {
			what = fmt.Sprintf("cannot tap %s", v.names[0].host)
		}
		return nil, &limen.Error{Kind: limen.NotFound, What: what, Why: "the daemon answers for names, and it does not run", Next: "limen proxy"}
	}
	switch {
	case in.Target != nil:
		v.wish.targets = []limen.Target{*in.Target}
		if v.harbour != nil {
			v.at = v.harbour.namesAt(*in.Target)
		}
	case len(in.Names) == 0:
		v.wish.all = true
		v.wish.names, err = h.ignored()
	}
	if v.harbour != nil {
		v.meet(ctx)
	}
	return v, err
}

// follow tells what is tapped, and then what goes by; from when it calls ready on, of
// all.
func (v *vigil) follow(ctx context.Context, recorder *tap.Tap, ready func(), next func(limen.Tapped) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	opened := limen.Tapped{Time: v.host.now().UTC(), Kind: limen.TapOpened, Tap: v.tap(ctx)}
	var refused error
	w := tap.Watch{Wants: v.wants, Frames: v.in.Frames, Ready: func() {
		if refused = next(opened); refused != nil {
			stop()
			return
		}
		ready()
	}}
	err := recorder.Watch(ctx, w, func(item limen.Tapped) error {
		if item.Kind == limen.TapMissed {
			item.Gap = v.missed()
		}
		if err := next(hidden(item)); err != nil {
			return err
		}
		if d := v.passing(ctx, item.Exchange); d != nil {
			return next(limen.Tapped{Time: item.Time, Kind: limen.TapDocument, Document: d})
		}
		return nil
	})
	if refused != nil {
		return refused
	}
	return err
}

// missed is what could not be kept since that was asked last; nil if all could.
func (v *vigil) missed() (g *limen.Gap) {
	g, v.heard = v.host.tape.missed(v.heard)
	return g
}

// hidden is what is told without secrets.
func hidden(item limen.Tapped) limen.Tapped {
	if item.Exchange != nil {
		e := redact.Exchange(*item.Exchange)
		item.Exchange = &e
	}
	if item.Frame != nil {
		f := redact.Frame(*item.Frame)
		item.Frame = &f
	}
	return item
}

// wants reports whether a request is one that this vigil is about.
func (v *vigil) wants(e *limen.Exchange) bool { return v.isAbout(e) && v.sieve.lets(e) }

func (v *vigil) isAbout(e *limen.Exchange) bool {
	switch {
	case v.wish.all:
		return !v.wish.names[e.Name] && (e.Name != "" || e.Target == "") // and not what goes to a port that others tap
	case isNamed(e, v.names):
		return true
	}
	return v.in.Target != nil && (slices.Contains(v.at, e.Name) || way{*v.in.Target, v.at}.has(e))
}

// tap is what is tapped.
func (v *vigil) tap(ctx context.Context) *limen.Tap {
	t := &limen.Tap{Gaps: v.gaps}
	if g := v.missed(); g != nil {
		t.Gaps = append(t.Gaps, *g)
	}
	for _, n := range v.names {
		t.Names = append(t.Names, n.host+n.path)
	}
	for _, name := range v.at {
		if !slices.Contains(t.Names, name) {
			t.Names = append(t.Names, name)
		}
	}
	if v.standin != nil {
		t.Endpoint, t.Target = &v.standin.endpoint, v.in.Target
		if !v.isThere(ctx) {
			t.Gaps = append(t.Gaps, limen.Gap{What: fmt.Sprintf("what %v answers", v.in.Target), Why: "nothing listens there yet", Next: "start it"})
		}
	}
	t.Documents = v.documents(ctx)
	v.note(t.Documents)
	return t
}
