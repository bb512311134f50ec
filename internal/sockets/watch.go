package sockets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A Report is what happened to sockets since the one before it.
type Report struct {
	Changes []Change
	Gaps    []limen.Gap // what was missed since then; in the first, what is always missed
}

// A Change is one thing that happened to a socket.
type Change struct {
	Change limen.Change
	Socket Socket        // as it is now; a closed one as it was last
	Ago    time.Duration // how long before it was told; 0 where only looking tells
	Caller *Caller       // who opened it; nil where only looking tells
}

// mostTaken bounds how many of the kernel's events are taken at once. The rest
// waits.
const mostTaken = 4096

// A Caller is a process that made a socket listen, as the kernel saw it in
// that moment. It may have ended since.
type Caller struct {
	limen.ProcessID
	Name    string   // the kernel's own of its first thread, cut to 15 bytes
	Command []string // its arguments, as far as they were there
}

// Watch tells what happens to the sockets of this network namespace that are
// meant, until ctx ends or tell fails, and returns why. Its first report says
// that it has begun, and tells of everything that is there already as opened.
//
// Where rights and kernel allow it, the kernel tells of TCP at once; the rest
// is looked for every so often, each second if that is 0. Watch belongs to the
// caller's goroutine; the one that it starts has ended when it returns.
func (r Reader) Watch(ctx context.Context, want Want, every time.Duration, tell func(Report) error) error {
	want.Connections = false
	if every <= 0 {
		every = time.Second
	}
	w := &watch{reader: r, want: want, every: every, known: map[identity]*watched{}}
	defer w.end()
	tick := time.NewTicker(every)
	defer tick.Stop()
	report, err := w.begin(ctx)
	for err == nil {
		if err = tell(report); err == nil {
			report, err = w.next(ctx, tick.C)
		}
	}
	return err
}

// A watch is what is known between two reports.
type watch struct {
	reader Reader
	want   Want
	every  time.Duration

	trace *trace // nil where the kernel tells nothing by itself
	isDue bool   // TCP is to be looked at although the kernel tells of it
	lags  bool   // the kernel has told more than was taken yet
	known map[identity]*watched
	turn  []identity  // whose owners are to be checked, before it is everyone's turn again
	gaps  []limen.Gap // those of looking, each of which is told once
}

// An identity is what makes two sockets of a namespace the same: the best that
// the source knows. A source that does not tell cookies tells none at all.
type identity struct {
	cookie, number uint64
	local          limen.Endpoint
}

func identityOf(s Socket) identity {
	switch {
	case s.cookie != 0:
		return identity{cookie: s.cookie}
	case s.Number != 0:
		return identity{number: s.Number}
	}
	return identity{local: s.Local}
}

// A watched socket is one that was told of.
type watched struct {
	Socket
	isFresh bool // the kernel announced it since the last look, perhaps before it was in the table
	isLeft  bool // its leading holder is gone, and nobody else was found
}

// begin looks for the first time. The kernel is asked to tell before that, so
// that nothing happens in between.
func (w *watch) begin(ctx context.Context) (report Report, err error) {
	var refused error
	if w.want.Transport != limen.UDP {
		w.trace, refused = openTrace(w.reader)
	}
	switch {
	case refused != nil:
		report.Gaps = append(report.Gaps, w.blindness("listeners", refused))
	case w.want.Transport != limen.TCP:
		report.Gaps = append(report.Gaps, w.blindness("UDP sockets", nil))
	}
	w.isDue = true
	return report, w.look(ctx, &report)
}

func (w *watch) end() {
	if w.trace != nil {
		w.trace.close()
	}
}

// next waits until there is something to report.
func (w *watch) next(ctx context.Context, tick <-chan time.Time) (report Report, err error) {
	var ready <-chan struct{}
	if w.trace != nil {
		ready = w.trace.ready
	}
	for err == nil && len(report.Changes)+len(report.Gaps) == 0 {
		select {
		case <-ctx.Done():
			return report, ctx.Err()
		case <-ready:
			w.hear(&report)
		case <-tick:
			// What the kernel has told is older than what looking shows.
			w.hear(&report)
			if err = w.look(ctx, &report); err == nil {
				err = w.checkOwners(ctx, &report)
			}
		}
	}
	return report, err
}

// hear reports what the kernel has told.
func (w *watch) hear(report *Report) {
	if w.trace == nil {
		return
	}
	changes, lost := w.trace.take()
	w.lags = len(changes) == mostTaken
	for _, c := range changes {
		id := identityOf(c.Socket)
		old := w.known[id]
		switch {
		case c.Change == limen.Opened && (c.Socket.Number == 0 || c.Socket.Local.Port() == 0):
			// The kernel's own is held by no process, and one that is given a
			// port by listening has none yet.
			w.isDue = true
		case c.Change == limen.Opened && old == nil && w.want.keeps(c.Socket):
			w.known[id] = &watched{Socket: c.Socket, isFresh: true}
			report.Changes = append(report.Changes, c)
		case c.Change == limen.Closed && old != nil:
			delete(w.known, id)
			c.Socket = old.Socket
			report.Changes = append(report.Changes, c)
		}
	}
	if lost > 0 {
		w.isDue = true
		report.Gaps = append(report.Gaps, limen.Gap{
			What: fmt.Sprintf("%d openings and closings of TCP listeners", lost),
			Why:  "they came faster than they could be taken; those that are there still are found by looking",
		})
	}
}

// look reports what is there and was not, and what was and is not.
func (w *watch) look(ctx context.Context, report *Report) error {
	scope, hasAny := w.scope()
	if !hasAny {
		return nil
	}
	socks, gaps, err := w.reader.read(ctx, scope)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		if !slices.Contains(w.gaps, g) {
			w.gaps, report.Gaps = append(w.gaps, g), append(report.Gaps, g)
		}
	}
	w.isDue = w.isDue && w.lags // what is taken later may have lost its end by now
	fresh, there := w.sort(socks, scope, report)
	w.closeAbsent(there, scope, report)
	report.Gaps = append(report.Gaps, w.reader.FindHolders(ctx, fresh)...)
	for _, s := range fresh {
		w.known[identityOf(s)] = &watched{Socket: s}
		report.Changes = append(report.Changes, Change{Change: limen.Opened, Socket: s})
	}
	return nil
}

// sort returns which sockets are new, and which are there at all.
func (w *watch) sort(socks []Socket, scope Want, report *Report) (fresh []Socket, there map[identity]bool) {
	there = make(map[identity]bool, len(socks))
	for _, s := range socks {
		id := identityOf(s)
		if there[id] || !scope.keeps(s) {
			continue // not to be told from another, or not meant
		}
		there[id] = true
		old := w.known[id]
		switch {
		case old == nil:
			fresh = append(fresh, s)
		case old.Local != s.Local: // it was closed, bound anew and opened
			w.close(id, report)
			fresh = append(fresh, s)
		default:
			w.update(old, s, report)
		}
	}
	return tidy(fresh, scope), there
}

// closeAbsent reports what was looked for and is not there. One that the
// kernel announced since the last look may not be in the table yet: it gets
// another.
func (w *watch) closeAbsent(there map[identity]bool, scope Want, report *Report) {
	var gone []Socket
	for id, old := range w.known {
		switch {
		case there[id] || scope.Transport != 0 && old.Local.Transport != scope.Transport:
		case old.isFresh:
			old.isFresh, w.isDue = false, true
		default:
			gone = append(gone, old.Socket)
		}
	}
	for _, s := range tidy(gone, scope) {
		w.close(identityOf(s), report)
	}
}

// scope says what has to be looked at, and whether anything has.
func (w *watch) scope() (Want, bool) {
	scope := w.want
	if w.trace != nil && !w.isDue {
		scope.Transport = limen.UDP
	}
	return scope, w.want.Transport == 0 || scope.Transport == w.want.Transport
}

func (w *watch) close(id identity, report *Report) {
	report.Changes = append(report.Changes, Change{Change: limen.Closed, Socket: w.known[id].Socket})
	delete(w.known, id)
}

// blindness says what a watch never sees. The reason is why the kernel does
// not tell; nil if it never does.
func (w *watch) blindness(what string, refused error) limen.Gap {
	g := limen.Gap{
		What: fmt.Sprintf("%s that live shorter than %v", what, w.every),
		Why:  fmt.Sprintf("limen looks every %v, and the kernel does not tell of them by itself", w.every),
	}
	if w.every > time.Second/10 {
		g.Next = "limen watch --every 100ms looks more often"
	}
	switch {
	case errors.Is(refused, os.ErrPermission) && os.Geteuid() != 0:
		g.Why = fmt.Sprintf("limen looks every %v, and only root may have the kernel tell of them by itself", w.every)
		g.Next = "run the same command with sudo"
	case refused != nil:
		g.Why = fmt.Sprintf("limen looks every %v, and the kernel's own events are not to be had: %v", w.every, refused)
	}
	return g
}
