package host

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/config"
	"github.com/limenhq/limen/internal/proxy"
	"github.com/limenhq/limen/internal/resolve"
	"github.com/limenhq/limen/internal/store"
)

// A harbour is what a host keeps between two questions while it is the daemon:
// who listens, what they are called, and the proxy that answers for the names.
type harbour struct {
	host      *Host
	settings  config.Config
	since     time.Time
	self      limen.ProcessID
	homeDir   string
	ephemeral limen.PortRange // the ports that the kernel gives out
	doors     []limen.Door
	proxy     *proxy.Proxy // for this machine
	lan       *proxy.Proxy // for devices of its networks, which see the routes with LAN alone
	seals     *seals
	relays    *relays
	wide      *wide
	dns       uint16                            // the port of the daemon before, which is to be had when that leaves
	responder atomic.Pointer[resolve.Responder] // of DNS; nil if it could not be opened, or not yet

	token   string        // lets its bearer see all names in a browser
	leave   func()        // has another daemon do what goes on
	leaving chan struct{} // closed when it does

	// start does something until it is done, told to leave, or the harbour ends. It is
	// called with mu held.
	start func(do func(context.Context)) (leave context.CancelFunc)

	looking sync.Mutex    // held by whoever looks for listeners out of turn
	loading sync.Mutex    // held by whoever reads the records, until it has taken them in: what was read last counts
	saving  chan struct{} // told that something is unsaved

	writing sync.Mutex   // held by whoever puts names into the records, or takes them out
	opening sync.Mutex   // guards records
	records *store.Store // nil as long as nothing can be kept

	mu        sync.Mutex      // guards what follows
	namespace limen.Namespace // the network that limen is in
	within    []limen.Keeper  // what it runs in
	moorings  map[limen.ListenerID]*mooring
	kept      []limen.Route // as they are in the records
	quays     map[berthKey]quay
	routes    []limen.Route               // as they are at the moment
	last      map[limen.Subject]departure // who had a name before it led nowhere
	known     resolve.Zone
	hasBegun  bool
	closed    map[limen.ListenerID]time.Time // who has just left
	unsaved   map[berthKey]limen.Route       // names that are not in the records yet
	gaps      []limen.Gap
	waiting   []chan struct{} // closed at the next change
}

// A berthKey is what makes two routes of the harbour the same.
type berthKey struct {
	name, path, condition string
	typed                 bool
}

func keyOf(r limen.Route) berthKey {
	k := berthKey{name: r.Name, path: r.Path, typed: r.Source == limen.RouteTyped}
	if r.When != nil {
		k.condition = r.When.String()
	}
	return k
}

// load reads the routes that are kept. Of those that have names by themselves
// the harbour knows better, once it has begun.
func (b *harbour) load(ctx context.Context) error {
	records := b.open(ctx)
	if records == nil {
		return nil // said already
	}
	b.loading.Lock()
	defer b.loading.Unlock()
	kept, err := records.Routes(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	isTyped := func(r limen.Route) bool { return r.Source == limen.RouteTyped }
	own := slices.DeleteFunc(slices.Clone(b.kept), isTyped)
	kept = slices.DeleteFunc(kept, func(r limen.Route) bool {
		isOwn := func(o limen.Route) bool { return keyOf(o) == keyOf(r) }
		return !isTyped(r) && (b.hasBegun || slices.ContainsFunc(own, isOwn))
	})
	b.kept, b.hasBegun = append(kept, own...), true
	b.refresh()
	return nil
}

// sweep forgets the names of projects that are not there any more.
func (b *harbour) sweep(ctx context.Context) error {
	records := b.open(ctx)
	if records == nil {
		return nil // said already
	}
	kept, err := records.Routes(ctx)
	if err != nil {
		return err
	}
	kept = slices.DeleteFunc(kept, func(r limen.Route) bool { return r.Source == limen.RouteTyped || !isOver(r) })
	return b.drop(ctx, records, kept)
}

// refresh makes the routes as they are now of those that are kept and of who
// listens, and hands them to the proxies. The caller holds mu.
func (b *harbour) refresh() {
	b.routes = b.routes[:0:0] // whoever has the old ones may still read them
	seen, plain := map[berthKey]bool{}, map[string]int{}
	for _, r := range b.kept {
		if r.Path == "" && r.When == nil && r.Port == 0 {
			if i, isThere := plain[r.Name]; !isThere || b.routes[i].Source < r.Source {
				plain[r.Name] = len(b.routes)
			}
		}
		r.Endpoints = b.endpointsOf(r)
		b.routes = append(b.routes, r)
		seen[keyOf(r)] = true
	}
	for k, q := range b.quays {
		if !seen[k] {
			q.Close()
			delete(b.quays, k)
		}
	}
	var here, wide []proxy.Route
	for i := range b.routes {
		r := &b.routes[i]
		end, ok := b.follow(*r, plain)
		u := b.upstreamOf(end)
		r.Endpoints, r.Owner = end.Endpoints, b.ownerOf(end)
		r.State, r.Why = stateOf(*r, end, ok)
		if k := keyOf(*r); !k.typed {
			if k.typed = true; seen[k] {
				r.State, r.Why = limen.RouteHidden, "what was typed comes first"
			}
		}
		if r.Port != 0 {
			continue // carried as TCP, by relays
		}
		for _, name := range b.namesOf(*r) {
			one := proxy.Route{Route: *r, Upstream: u}
			one.Name = name
			here = append(here, one)
			if r.LAN {
				one.Name = resolve.Label(name) + ".local"
				wide = append(wide, one)
			}
		}
	}
	b.proxy.Set(here)
	b.lan.Set(wide)
	b.relays.set(b.routes)
	b.wide.set(b.routes)
	b.known = b.zoneOf(b.routes)
	for _, w := range b.waiting {
		close(w)
	}
	b.waiting = nil
}

// follow returns the route at the end of those that lead to another one. It
// reports false if there is none, or if they lead in a circle.
func (b *harbour) follow(r limen.Route, plain map[string]int) (limen.Route, bool) {
	for range len(b.routes) + 1 {
		if r.Target.Route == "" {
			return r, true
		}
		i, ok := plain[r.Target.Route]
		if !ok {
			return r, false
		}
		r = b.routes[i]
	}
	return r, false
}

// endpointsOf returns where a route leads now: what its subject has opened, or
// what listens at its port on this machine.
func (b *harbour) endpointsOf(r limen.Route) (all []limen.Endpoint) {
	for _, m := range b.moorings {
		if m.isAt(r) {
			all = append(all, m.at)
		}
	}
	slices.SortFunc(all, limen.Endpoint.Compare)
	return slices.Compact(all)
}

// ownerOf returns who answers at the end of a route.
func (b *harbour) ownerOf(r limen.Route) *limen.Owner {
	var found *mooring
	for _, m := range b.moorings {
		if m.isAt(r) && len(m.listener.Owners) > 0 && (found == nil || m.at.Compare(found.at) < 0) {
			found = m
		}
	}
	if found == nil {
		return nil
	}
	o := found.listener.Owners[0]
	return &o
}

// stateOf says whether a route leads anywhere, by the one at its end.
func stateOf(r, end limen.Route, ok bool) (limen.RouteState, string) {
	switch {
	case !ok:
		return limen.RouteAbsent, "there is no route " + r.Target.Route
	case len(end.Endpoints) > 0 || !isOfThisMachine(end.Target):
		return limen.RouteLive, ""
	}
	return limen.RouteAbsent, "nothing listens there"
}

// isOfThisMachine reports whether the listeners of this machine say if anybody
// is at a target.
func isOfThisMachine(t limen.Target) bool {
	return t.Socket == "" && (t.Host == "" || t.Container != "" || isLoopback(t.Host))
}

// change waits until the routes are other ones, or ctx ends. The caller holds
// mu, which is free meanwhile.
func (b *harbour) change(ctx context.Context) {
	w := make(chan struct{})
	b.waiting = append(b.waiting, w)
	b.mu.Unlock()
	defer b.mu.Lock()
	select {
	case <-w:
	case <-ctx.Done():
	}
}

// byName is the order in which routes are shown.
func byName(a, c limen.Route) int {
	return cmp.Or(cmp.Compare(a.Name, c.Name), cmp.Compare(a.Path, c.Path), cmp.Compare(c.Source, a.Source))
}
