package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
)

// A standin is a listener before a server of this machine. What comes to it goes on
// to the server as it is, and can be seen on the way.
type standin struct {
	target   limen.Target
	endpoint limen.Endpoint
	proxy    *proxy.Proxy
	doors    *doors
	upstream *proxy.Upstream

	stop    context.CancelFunc
	serving sync.WaitGroup
	failed  error // of serving, once that has ended
}

// Where listeners before a server are opened: that of 3000 at 13000. There they are
// the same each time, and in nobody's way.
const (
	standinOffset = 10_000
	standinHalt   = time.Second // for requests that are under way when it ends
)

// standBefore opens a listener before a target, at a port if one is wanted. The
// caller closes it.
func (h *Host) standBefore(ctx context.Context, t limen.Target, port uint16) (*standin, error) {
	if t.Route != "" || t.Container != "" {
		return nil, &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot stand before %v", t), Why: "it has no port of its own", Next: "tap its name, or its port"}
	}
	d := &doors{}
	if err := h.openBefore(ctx, d, t, port); err != nil {
		return nil, err
	}
	s := h.newStandin(t, d)
	return s, nil
}

// newStandin returns what stands before a target once it serves.
func (h *Host) newStandin(t limen.Target, d *doors) *standin {
	s := &standin{target: t, doors: d, upstream: proxy.NewUpstream(t)}
	s.endpoint = limen.Endpoint{Transport: limen.TCP, Addr: d.listeners[0].Addr().(*net.TCPAddr).AddrPort()}
	s.proxy = proxy.New(proxy.Config{Now: h.now, Drain: func() time.Duration { return standinHalt }})
	s.route(nil)
	return s
}

// openBefore listens at the wanted port, or else at the usual one or the next after
// it that is free.
func (h *Host) openBefore(ctx context.Context, d *doors, t limen.Target, wanted uint16) error {
	if wanted != 0 {
		who, err := h.listenAt(ctx, d, wanted)
		if err == nil && who != "" {
			err = &limen.Error{
				Kind: limen.Busy, What: fmt.Sprintf("cannot listen at port %d", wanted), Why: who,
				Next: fmt.Sprintf("limen free %d, or leave --port out for one that is free", wanted),
			}
		}
		return inTapsWords(err, wanted)
	}
	first := uint16(standinOffset) + t.Port%standinOffset
	if t.Port < 1<<16-1-standinOffset-mostNext {
		first = t.Port + standinOffset
	}
	for port := first; port < first+mostNext; port++ {
		if who, err := h.listenAt(ctx, d, port); who == "" {
			return inTapsWords(err, port)
		}
	}
	return &limen.Error{
		Kind: limen.Busy, What: fmt.Sprintf("cannot listen before %v", t),
		Why: fmt.Sprintf("all ports from %d to %d are taken", first, first+mostNext-1), Next: "say which with --port",
	}
}

// inTapsWords says why a port cannot be had to whoever wants it for a tap.
func inTapsWords(err error, port uint16) error {
	var e *limen.Error
	if !errors.As(err, &e) || e.Kind == limen.Busy {
		return err
	}
	said := *e
	said.What = fmt.Sprintf("cannot listen at port %d", port)
	if e.Kind == limen.Denied {
		said.Next = "leave --port out for one that is free"
	}
	return &said
}

// route has requests for this machine, and for names that lead to the same server,
// go there.
func (s *standin) route(names []string) {
	isElsewhere := !isOfThisMachine(s.target) && s.target.Socket == ""
	one := proxy.Route{Route: limen.Route{Name: proxy.AnyOwn, Target: s.target, Own: isElsewhere, Source: limen.RouteTyped}, Upstream: s.upstream}
	all := []proxy.Route{one}
	for _, name := range names {
		one.Name = name
		all = append(all, one)
	}
	s.proxy.Set(all)
}

// serve begins to answer, and calls stop when that has ended. It starts a goroutine,
// which ends with ctx.
func (s *standin) serve(ctx context.Context, stop context.CancelFunc) {
	s.stop = stop
	s.serving.Go(func() {
		defer stop()
		if err := s.proxy.Serve(ctx, s.doors.listeners...); ctx.Err() == nil {
			s.failed = err
		}
	})
}

// ended waits until nothing is answered any more, and says why that is, unless it
// was told to end.
func (s *standin) ended() error {
	s.serving.Wait()
	return s.failed
}

// close ends the listener, and what goes through it soon after.
func (s *standin) close() {
	if s.stop != nil {
		s.stop()
		s.serving.Wait()
	}
	s.doors.Close()
	s.upstream.Close()
}

// namesAt are the names that lead to a target now, sorted.
func (b *harbour) namesAt(t limen.Target) (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.routes {
		if r.Port == 0 && r.State == limen.RouteLive && endsAt(r, t) {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
