package host

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
	"github.com/limenhq/limen/internal/resolve"
	"github.com/limenhq/limen/internal/serve"
)

// A wide is the side of a harbour that the network sees: doors that are open
// while a route is for the network, and the names that are announced there. It
// follows the addresses of this machine: a laptop changes its network.
type wide struct {
	harbour *harbour
	changed chan struct{} // told when the wanted names may be others
	moved   chan struct{} // told when the addresses may be

	// Of keep alone.
	doors   []*proxy.Wide // nil while they are shut
	why     string        // why one of them is not
	at      []netip.Addr  // where names are announced
	said    map[string]*resolve.LocalName
	missing map[string]limen.Gap // labels that could not be announced

	mu     sync.Mutex // guards what follows
	wanted []string   // the labels to announce
}

func newWide(b *harbour) *wide {
	return &wide{
		harbour: b, changed: make(chan struct{}, 1), moved: make(chan struct{}, 1),
		said: map[string]*resolve.LocalName{}, missing: map[string]limen.Gap{},
	}
}

// set makes these the routes that the network may ask for.
func (w *wide) set(routes []limen.Route) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wanted = nil
	for _, r := range routes {
		if r.LAN && r.Port == 0 {
			w.wanted = append(w.wanted, resolve.Label(r.Name))
		}
	}
	slices.Sort(w.wanted)
	w.wanted = slices.Compact(w.wanted)
	wake(w.changed)
}

// wake tells whoever waits, once for all that has happened until it looks.
func wake(told chan struct{}) {
	select {
	case told <- struct{}{}:
	default: // it will look anyway
	}
}

// What is missing where the network cannot ask for names.
const noWide = "names for devices of the network"

func noLocal(label string) string { return "the name " + label + ".local for devices of the network" }

const (
	// unrest is how long addresses may go on to change, so that a new network is one
	// change.
	unrest = 200 * time.Millisecond
	// soon is when what could not be opened is tried again, and then each time after
	// twice as long: the daemon before this one has it until it has been told that this
	// one answers.
	soon = 20 * time.Millisecond
)

// keep opens the doors while somebody may come through, until ctx ends.
func (w *wide) keep(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	shut := func() {}
	defer func() {
		shut()
		w.hush()
	}()
	for pause := soon; ; {
		w.mu.Lock()
		wanted := w.wanted
		w.mu.Unlock()
		switch {
		case len(wanted) > 0 && w.doors == nil:
			shut = w.open(ctx, &running)
		case len(wanted) == 0 && w.doors != nil:
			shut()
			w.doors = nil
		}
		var later <-chan time.Time
		if w.follow(ctx) {
			pause = soon
		} else {
			later = time.After(pause)
			pause = min(2*pause, repeat)
		}
		if len(wanted) == 0 || slices.ContainsFunc(w.doors, (*proxy.Wide).IsOpen) {
			w.announce(ctx, wanted)
		}
		select {
		case <-ctx.Done():
			return
		case <-later:
		case <-w.changed:
		case <-w.moved:
			select {
			case <-ctx.Done():
				return
			case <-time.After(unrest):
			}
		}
	}
}

// open answers the network at the ports of the doors, wherever these are open.
func (w *wide) open(ctx context.Context, running *sync.WaitGroup) context.CancelFunc {
	ctx, end := context.WithCancel(ctx)
	var all []net.Listener
	for _, port := range w.harbour.ports() {
		door := proxy.NewWide(port)
		w.doors, all = append(w.doors, door), append(all, door)
	}
	running.Go(func() {
		defer end()
		if err := w.harbour.lan.Serve(ctx, all...); err != nil && !errors.Is(err, ctx.Err()) {
			w.harbour.miss(limen.Gap{What: noWide, Why: err.Error()})
		}
	})
	running.Go(func() { serve.FollowCards(ctx, func() { wake(w.moved) }) })
	return func() {
		end()
		for _, l := range all {
			l.Close() // at once, so that the ports can be opened again
		}
	}
}

// follow opens the doors at the addresses that this machine has by now, and reports
// whether all are open.
func (w *wide) follow(ctx context.Context) bool {
	why := ""
	for _, d := range w.doors {
		if err := d.Follow(ctx); err != nil && ctx.Err() == nil {
			why = err.Error()
		}
	}
	if why != w.why {
		w.harbour.mend(noWide)
		if w.why = why; why != "" {
			w.harbour.miss(limen.Gap{What: noWide, Why: why, Next: "limen route ls"})
		}
	}
	return why == ""
}

// announce has the network know these names and no others, at the addresses that
// this machine has by now.
func (w *wide) announce(ctx context.Context, wanted []string) {
	var cards []serve.Card
	var unseen error
	if len(wanted) > 0 {
		cards, unseen = serve.Cards()
	}
	if at := serve.Reachable(cards); !slices.Equal(at, w.at) {
		w.hush() // what was said is not so any more
		w.at = at
	}
	for label, n := range w.said {
		if !slices.Contains(wanted, label) {
			n.Close()
			delete(w.said, label)
		}
	}
	missing := map[string]limen.Gap{}
	for _, label := range wanted {
		n, err := w.said[label], error(nil)
		if n == nil {
			n, err = resolve.Announce(ctx, label, w.at)
		}
		if err != nil {
			missing[label] = limen.Gap{What: noLocal(label), Why: cmp.Or(unseen, err).Error(), Next: "use an address of this machine"}
			continue
		}
		if got := n.String(); got != label+".local" {
			missing[label] = limen.Gap{What: noLocal(label), Why: "another machine has it; this one is " + got}
		}
		w.said[label] = n
	}
	w.lack(missing)
}

// lack says which names are not announced as they are wanted.
func (w *wide) lack(now map[string]limen.Gap) {
	for label, g := range w.missing {
		if now[label] != g {
			w.harbour.mend(g.What)
		}
	}
	for label, g := range now {
		if w.missing[label] != g {
			w.harbour.miss(g)
		}
	}
	w.missing = now
}

// hush takes back all names that are announced.
func (w *wide) hush() {
	for label, n := range w.said {
		n.Close() // the network forgets it by itself, if not at once
		delete(w.said, label)
	}
}

// ports are those of the doors, each once.
func (b *harbour) ports() (all []uint16) {
	for _, d := range b.doors {
		all = append(all, d.Endpoint.Port())
	}
	slices.Sort(all)
	return slices.Compact(all)
}
