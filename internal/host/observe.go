package host

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/probe"
)

// glances is how often the harbour looks for listeners where the kernel does not
// tell of them. A name that is asked for before that is looked for at once.
const glances = time.Second

// observe follows the listeners of this machine until ctx ends.
func (b *harbour) observe(ctx context.Context) error {
	if err := b.orient(ctx); err != nil {
		return err
	}
	in := op.WatchIn{Query: limen.Query{Transport: limen.TCP}, Every: glances, Begin: true}
	return b.host.Watch(ctx, in, func(n limen.News) error {
		if n.Event != nil {
			b.take(*n.Event)
		}
		return nil
	})
}

// orient finds out where limen itself is: what it runs in, and in which network.
// What its own doors say of that, the listeners of others are compared with.
func (b *harbour) orient(ctx context.Context) error {
	q := limen.Query{Transport: limen.TCP}
	for _, port := range b.ports() {
		q.Ports = append(q.Ports, limen.PortRange{From: port, To: port})
	}
	snap, err := b.host.List(ctx, op.ListIn{Query: q})
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range snap.Listeners {
		if l.Lead() == b.self {
			b.namespace, b.within = l.Namespace, l.Owners[0].Within
		}
	}
	return nil
}

// take takes in what happened to a listener.
func (b *harbour) take(e limen.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	isOther := false
	if e.Change == limen.Closed {
		isOther = b.forget(e.Listener.ID())
		b.remember(e.Listener.ID())
	} else {
		isOther = b.moor(e.Listener)
	}
	if isOther {
		b.refresh()
	}
}

// remember notes who has left, for whoever has seen it a moment ago. The caller
// holds mu.
func (b *harbour) remember(id limen.ListenerID) {
	now := b.host.now()
	for old, at := range b.closed {
		if now.Sub(at) > 2*attention {
			delete(b.closed, old)
		}
	}
	b.closed[id] = now
}

// moor takes in a listener, and reports whether a route leads there. The caller
// holds mu.
func (b *harbour) moor(l limen.Listener) (isOther bool) {
	was := b.moorings[l.ID()]
	if was != nil && was.listener.Lead() == l.Lead() {
		return false
	}
	if was != nil {
		isOther = b.forget(l.ID())
	}
	m := &mooring{listener: l, at: reachable(l, nil), since: b.host.now()}
	b.moorings[l.ID()] = m
	if m.why = b.refuse(m); m.why == "" {
		m.leave = b.start(func(ctx context.Context) { b.ask(ctx, m) })
	}
	return isOther || b.matters(m)
}

// matters reports whether a route leads to a listener. The caller holds mu.
func (b *harbour) matters(m *mooring) bool { return slices.ContainsFunc(b.kept, m.isAt) }

// forget lets go of a listener, and reports whether a route led there. The
// caller holds mu.
func (b *harbour) forget(id limen.ListenerID) bool {
	m := b.moorings[id]
	if m == nil {
		return false
	}
	if m.leave != nil {
		m.leave()
	}
	if m.subject != nil && len(m.listener.Owners) > 0 {
		b.last[*m.subject] = departure{m.listener.Owners[0], b.host.now()}
	}
	if len(b.last) > mostDeparted {
		clear(b.last)
	}
	delete(b.moorings, id)
	return b.matters(m)
}

// mostDeparted is more than a machine has programs with names.
const mostDeparted = 10_000

// A departure is who had a name last, and until when.
type departure struct {
	owner limen.Owner
	at    time.Time
}

// How often a listener is asked what it speaks: some servers listen long before
// they answer.
const (
	firstPause = 20 * time.Millisecond
	mostPause  = 5 * time.Second
	patience   = 2 * time.Minute
	fewSilent  = 10 // more that say nothing are asked more rarely, so that all cost no more than these
)

// ask asks a listener what it speaks until it answers, and stays until it has a
// name, or will have none.
func (b *harbour) ask(ctx context.Context, m *mooring) {
	began, known := b.host.now(), false
	for pause := firstPause; b.host.now().Sub(began) < patience; pause = min(2*pause, mostPause) {
		if !known {
			service, err := probe.Identify(ctx, probe.Target{Endpoint: m.at, Owners: m.listener.Owners, IsWeb: true})
			if ctx.Err() != nil {
				return
			}
			if known = err == nil; known {
				pause = firstPause
				b.answered(m, &service)
			} else {
				b.answered(m, nil)
			}
		}
		app, _ := b.appOf(ctx, m.listener)
		if b.settle(m, app) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause * b.rarity()):
		}
	}
}

// rarity is how many times as long as a single one each of those waits that have
// said nothing yet.
func (b *harbour) rarity() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	silent := 0
	for _, m := range b.moorings {
		if m.leave != nil && m.asked && m.service == nil && m.why == "" {
			silent++
		}
	}
	return time.Duration(max(1, silent/fewSilent))
}

// answered takes what a listener has said; nil if that was nothing.
func (b *harbour) answered(m *mooring, s *limen.Service) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.asked, m.service = true, s
}

// settle names whoever can be named, and reports whether there is nothing left
// to wait for.
func (b *harbour) settle(m *mooring, app *limen.App) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.app = app
	if b.name() {
		b.refresh()
	}
	return m.subject != nil || m.why != ""
}

// look looks for listeners out of turn, and waits a moment for what it finds to
// be named. It is what a proxy does before it says that there is no such name.
func (b *harbour) look(ctx context.Context, _ string) {
	ctx, stop := context.WithTimeout(ctx, attention)
	defer stop()
	b.scan(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	for ctx.Err() == nil && b.isAsking() {
		b.change(ctx)
	}
}

// scan takes in who listens at this moment.
func (b *harbour) scan(ctx context.Context) {
	b.looking.Lock()
	began := b.host.now()
	snap, err := b.host.List(ctx, op.ListIn{Query: limen.Query{Transport: limen.TCP}})
	b.looking.Unlock()
	if err != nil {
		return // the next look may see more
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	isNew := false
	for _, l := range snap.Listeners {
		if at, hasLeft := b.closed[l.ID()]; hasLeft && !at.Before(began) {
			continue // it left while the answer was on its way
		}
		isNew = b.moor(l) || isNew
	}
	there := map[limen.ListenerID]bool{}
	for _, l := range snap.Listeners {
		there[l.ID()] = true
	}
	for id, m := range b.moorings {
		if !there[id] && m.since.Before(began) { // one that came meanwhile is not in the answer
			isNew = b.forget(id) || isNew
		}
	}
	if isNew {
		b.refresh()
	}
}

// attention is how long whoever asks for a name waits while somebody who has just
// begun to listen may get it. Mostly that takes some milliseconds.
const attention = 2 * time.Second

// isAsking reports whether a listener that is young has not said yet what it is.
// The caller holds mu.
func (b *harbour) isAsking() bool {
	now := b.host.now()
	return slices.ContainsFunc(b.all(), func(m *mooring) bool {
		return m.leave != nil && m.subject == nil && m.why == "" && now.Sub(m.since) < attention
	})
}

// isLimens reports whether limen runs a listener's process: its own name for it
// comes in a moment, and goes before what the rule says.
func isLimens(l limen.Listener) bool {
	return len(l.Owners) > 0 && slices.ContainsFunc(l.Owners[0].Process.Ancestors, func(a limen.Ancestor) bool {
		return a.Name == "limen" || strings.HasPrefix(a.Name, "limen ")
	})
}
