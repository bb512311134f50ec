package host

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
	"github.com/limenhq/limen/internal/resolve"
	"github.com/limenhq/limen/internal/serve"
)

// A wide is the side of a harbour that the network sees: doors that are open
// while a route is for the network, and the names that are announced there.
type wide struct {
	harbour *harbour
	changed chan struct{}
	missing map[string]bool // labels that could not be announced; of keep alone

	mu     sync.Mutex // guards what follows
	wanted []string   // the labels to announce
}

func newWide(b *harbour) *wide {
	return &wide{harbour: b, changed: make(chan struct{}, 1), missing: map[string]bool{}}
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
	select {
	case w.changed <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// soon is when doors are tried again that could not be opened, and each time twice as
// long: the daemon before this one has them until it has been told that this one answers.
const soon = 20 * time.Millisecond

// What is missing where the network cannot ask for names.
const noWide = "names for devices of the network"

func noLocal(label string) string { return "the name " + label + ".local for devices of the network" }

// keep opens the doors while somebody may come through, until ctx ends.
func (w *wide) keep(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	open := map[uint16]context.CancelFunc{}
	defer shut(open)
	said := map[string]*resolve.LocalName{}
	defer func() {
		for _, n := range said {
			n.Close() // the network forgets it by itself, if not at once
		}
	}()
	for pause := soon; ; {
		w.mu.Lock()
		wanted := w.wanted
		w.mu.Unlock()
		var later <-chan time.Time
		switch {
		case len(wanted) == 0:
			shut(open)
			pause = soon
			w.harbour.mend(noWide)
		case !w.open(ctx, &running, open):
			later = time.After(pause)
			pause = min(2*pause, repeat)
		}
		if len(wanted) == 0 || len(open) > 0 {
			w.announce(ctx, wanted, said)
		}
		select {
		case <-ctx.Done():
			return
		case <-w.changed:
		case <-later:
		}
	}
}

// open answers the network at those ports of the doors that are not open yet, and reports
// whether all are.
func (w *wide) open(ctx context.Context, running *sync.WaitGroup, open map[uint16]context.CancelFunc) bool {
	ctx, end := context.WithCancel(ctx)
	var all []net.Listener
	ports := w.harbour.ports()
	for _, port := range ports {
		if open[port] != nil {
			continue
		}
		some, err := proxy.OpenWide(ctx, port)
		if err != nil {
			w.harbour.miss(limen.Gap{What: noWide, Why: err.Error(), Next: "limen route ls"})
			continue
		}
		open[port], all = end, append(all, some...)
	}
	if len(open) == len(ports) {
		w.harbour.mend(noWide)
	}
	if len(all) == 0 {
		end()
		return len(open) == len(ports)
	}
	running.Go(func() {
		defer end()
		if err := w.harbour.lan.Serve(ctx, all...); err != nil && !errors.Is(err, ctx.Err()) {
			w.harbour.miss(limen.Gap{What: noWide, Why: err.Error()})
		}
	})
	return len(open) == len(ports)
}

// shut closes all ports that are open.
func shut(open map[uint16]context.CancelFunc) {
	for _, end := range open {
		end()
	}
	clear(open)
}

// announce has the network know these names and no others.
func (w *wide) announce(ctx context.Context, wanted []string, said map[string]*resolve.LocalName) {
	for label, n := range said {
		if !slices.Contains(wanted, label) {
			n.Close()
			delete(said, label)
		}
	}
	for label := range w.missing {
		w.harbour.mend(noLocal(label))
	}
	clear(w.missing)
	for _, label := range wanted {
		if said[label] != nil {
			continue
		}
		cards, err := serve.Cards()
		var n *resolve.LocalName
		if err == nil {
			n, err = resolve.Announce(ctx, label, serve.Reachable(cards))
		}
		if err != nil {
			w.missing[label] = true
			w.harbour.miss(limen.Gap{What: noLocal(label), Why: err.Error(), Next: "use an address of this machine"})
			continue
		}
		if got := n.String(); got != label+".local" {
			w.missing[label] = true
			w.harbour.miss(limen.Gap{What: noLocal(label), Why: "another machine has it; this one is " + got})
		}
		said[label] = n
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
