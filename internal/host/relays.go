package host

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/relay"
)

// Relays carry TCP from the addresses that names have to themselves.
type relays struct {
	harbour *harbour
	changed chan struct{}

	mu     sync.Mutex // guards what follows
	wanted map[netip.AddrPort]limen.Route
	tried  map[netip.AddrPort]limen.Route
	failed map[netip.AddrPort]error
}

func newRelays(b *harbour) *relays {
	return &relays{harbour: b, changed: make(chan struct{}, 1), wanted: map[netip.AddrPort]limen.Route{}, failed: map[netip.AddrPort]error{}}
}

// set makes these the routes whose TCP is carried.
func (s *relays) set(routes []limen.Route) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = map[netip.AddrPort]limen.Route{}
	for _, r := range routes {
		if r.Port != 0 && r.Address.IsValid() {
			s.wanted[netip.AddrPortFrom(r.Address, r.Port)] = r
		}
	}
	select {
	case s.changed <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// keep listens for what is wanted until left ends, and carries what has come
// until ctx does.
func (s *relays) keep(ctx, left context.Context) {
	open := map[netip.AddrPort]context.CancelFunc{}
	var running sync.WaitGroup
	defer running.Wait()
	defer func() {
		for _, stop := range open {
			stop()
		}
	}()
	for pause := soon; ; {
		s.mu.Lock()
		wanted := s.wanted
		s.mu.Unlock()
		for at, stop := range open {
			if _, ok := wanted[at]; !ok {
				stop()
				delete(open, at)
			}
		}
		for at := range wanted {
			if open[at] != nil {
				continue
			}
			l, err := relay.Listen(ctx, at)
			s.note(at, err)
			if err != nil {
				continue // said with the route; tried again at the next change
			}
			one, stop := context.WithCancel(ctx)
			open[at] = stop
			closing := context.AfterFunc(left, func() { l.Close() }) // another daemon listens there from now on
			running.Go(func() {
				s.note(at, s.serve(one, at, l))
				closing()
			})
		}
		var later <-chan time.Time
		if len(open) < len(wanted) {
			later = time.After(pause) // whoever is in the way may go
			pause = min(2*pause, repeat)
		} else {
			pause = soon
		}
		s.did(wanted)
		select {
		case <-left.Done():
			<-ctx.Done()
			return
		case <-s.changed:
		case <-later:
		}
	}
}

// did notes which addresses were tried.
func (s *relays) did(wanted map[netip.AddrPort]limen.Route) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = wanted
}

// isTried reports whether listening at an address has been tried.
func (s *relays) isTried(at netip.AddrPort) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.tried[at]
	return ok
}

// await waits a moment until an address answers, or cannot.
func (s *relays) await(ctx context.Context, at netip.AddrPort) {
	ctx, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	for !s.isTried(at) && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(time.Millisecond):
		}
	}
}

func (s *relays) serve(ctx context.Context, at netip.AddrPort, l net.Listener) error {
	r := relay.Relay{Dial: func(ctx context.Context) (net.Conn, error) { return s.dial(ctx, at) }}
	return r.Serve(ctx, l)
}

// note keeps why an address does not answer.
func (s *relays) note(at netip.AddrPort, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed[at] = err; err == nil {
		delete(s.failed, at)
	}
}

// why says why an address does not answer; nil if it does.
func (s *relays) why(at netip.AddrPort) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed[at]
}

// dial connects to where the route of an address leads now.
func (s *relays) dial(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	s.mu.Lock()
	r, ok := s.wanted[at]
	s.mu.Unlock()
	if !ok {
		return nil, net.ErrClosed
	}
	return dialTarget(ctx, r)
}

var errNobodyThere = errors.New("nobody listens there")

// dialTarget connects to the target of a route, at whichever of its addresses
// lets it in.
func dialTarget(ctx context.Context, r limen.Route) (net.Conn, error) {
	var d net.Dialer
	t := r.Target
	if t.Socket != "" {
		return d.DialContext(ctx, "unix", t.Socket)
	}
	var at []string
	for _, e := range r.Endpoints {
		at = append(at, e.Addr.String())
	}
	port := strconv.Itoa(int(t.Port))
	switch {
	case len(at) > 0 || t.Container != "" || r.Source != limen.RouteTyped:
	case t.Host != "":
		at = append(at, net.JoinHostPort(t.Host, port))
	default:
		at = append(at, net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port))
	}
	err := errNobodyThere
	for _, a := range at {
		var c net.Conn
		if c, err = d.DialContext(ctx, "tcp", a); err == nil {
			return c, nil
		}
	}
	return nil, err
}
