package host

import (
	"context"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/process"
	"github.com/limenhq/limen/internal/sockets"
)

// Watch tells what opens, closes and changes hands on this machine.
func (h *Host) Watch(ctx context.Context, in op.WatchIn, next func(limen.News) error) error {
	w := watch{host: h, in: in, next: next, known: map[limen.ListenerID]limen.Listener{}}
	var told error
	err := h.sockets.Watch(ctx, wanted(in.Query), in.Every, func(r sockets.Report) error {
		told = w.report(ctx, r)
		return told
	})
	if told != nil || ctx.Err() != nil {
		return err
	}
	return readError("cannot watch the ports of this machine", err)
}

// A watch is what a watch remembers of what it told.
type watch struct {
	host *Host
	in   op.WatchIn
	next func(limen.News) error

	known    map[limen.ListenerID]limen.Listener
	hasBegun bool

	people *people // what was found out lately
	up     []limen.Interface
	asked  time.Time // when that was
}

// fresh is how long what was found out of processes, projects and interfaces
// is believed: listeners come in bursts, and most of a burst have one owner.
const fresh = time.Second

// refresh forgets what was found out too long ago, by a clock that may be set.
func (w *watch) refresh(now time.Time) (gaps []limen.Gap) {
	if age := now.Sub(w.asked); w.people != nil && 0 <= age && age < fresh {
		return nil
	}
	w.people, w.asked = w.host.newPeople(false), now
	var err error
	if w.up, err = w.host.sockets.Interfaces(); err != nil {
		gaps = append(gaps, limen.Gap{What: "how far listeners reach", Why: err.Error()})
	}
	return gaps
}

// report tells what happened to sockets, in the words of package limen.
func (w *watch) report(ctx context.Context, r sockets.Report) error {
	_, now := w.host.moment()
	listeners, gaps := w.identify(ctx, r, now)
	if err := ctx.Err(); err != nil {
		return err // owners that nobody looked for would be told as none
	}
	isFirst := !w.hasBegun
	w.hasBegun = true
	if isFirst || len(gaps) > 0 {
		if err := w.next(limen.News{Gaps: gaps}); err != nil {
			return err
		}
	}
	for _, c := range r.Changes {
		was, event, ok := w.event(c, listeners, now)
		if !ok || isFirst && !w.in.Begin || !w.in.Query.Match(event.Listener) && !w.in.Query.Match(was) {
			continue
		}
		if err := w.next(limen.News{Event: &event}); err != nil {
			return err
		}
	}
	return nil
}

// identify finds out who holds what opened or changed hands.
func (w *watch) identify(ctx context.Context, r sockets.Report, now time.Time) (map[limen.ListenerID]limen.Listener, []limen.Gap) {
	gaps := gapSet{r.Gaps}
	var socks []sockets.Socket
	for _, c := range r.Changes {
		if c.Change != limen.Closed {
			socks = append(socks, c.Socket)
		}
	}
	if len(socks) == 0 {
		return nil, gaps.list
	}
	gaps.add(w.refresh(now)...)
	all, _, more := w.host.describe(ctx, w.people, socks, w.up)
	gaps.add(more...)
	listeners := make(map[limen.ListenerID]limen.Listener, len(all))
	for _, l := range all {
		listeners[l.ID()] = l
	}
	for _, c := range r.Changes {
		id := idOf(c.Socket)
		if l := listeners[id]; c.Caller != nil && len(l.Owners) == 0 {
			l.Owners = []limen.Owner{ended(*c.Caller, l.User)}
			listeners[id] = l
		}
	}
	return listeners, gaps.list
}

// idOf is the ID of the listener that a socket is.
func idOf(s sockets.Socket) limen.ListenerID {
	return limen.ListenerID{Endpoint: s.Local, Namespace: s.Namespace, Socket: s.Number}
}

// ended is an owner that ended before anything could be asked of it: what the
// kernel itself noted of it in the moment that it opened the socket.
func ended(c sockets.Caller, user *limen.User) limen.Owner {
	return limen.Owner{
		Process: limen.Process{
			ProcessID: c.ProcessID, Name: process.NameOfEnded(c.Command, c.Name), Command: c.Command, User: user,
		},
		Role: limen.Sole, Proof: limen.Proved,
	}
}

// event makes an event of a change, beside what the listener was before. It
// reports false for a change that makes no difference here.
func (w *watch) event(c sockets.Change, listeners map[limen.ListenerID]limen.Listener, now time.Time) (was limen.Listener, e limen.Event, ok bool) {
	id := idOf(c.Socket)
	was, isKnown := w.known[id]
	e = limen.Event{Time: now.Add(-c.Ago).Truncate(time.Millisecond), Change: c.Change, Listener: listeners[id]}
	switch {
	case c.Change == limen.Closed:
		delete(w.known, id)
		e.Listener = was
		return was, e, isKnown
	case isKnown && c.Change == limen.Opened:
		return was, e, false
	case isKnown && !limen.HandsChanged(was, e.Listener):
		return was, e, false
	}
	if !isKnown {
		was = e.Listener
		w.placeBeside(&e.Listener)
	}
	w.known[id] = e.Listener
	return was, e, true
}

// placeBeside makes the owner of a listener a peer if another socket waits at
// the same place, as SO_REUSEPORT allows.
func (w *watch) placeBeside(l *limen.Listener) {
	if len(l.Owners) != 1 {
		return
	}
	for id := range w.known {
		if id.Endpoint == l.Endpoint && id.Namespace == l.Namespace {
			l.Owners = slices.Clone(l.Owners)
			l.Owners[0].Role = limen.Peer
			return
		}
	}
}
