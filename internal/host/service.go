package host

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/probe"
	"github.com/limenhq/limen/internal/sockets"
	"github.com/limenhq/limen/internal/verdict"
)

// Identify says what speaks at endpoints, by asking them.
func (h *Host) Identify(ctx context.Context, in op.IdentifyIn) (limen.Identities, error) {
	var out limen.Identities
	var gaps gapSet
	var targets []probe.Target
	var asked []int // of each target, its place among the identities
	for _, e := range in.Endpoints {
		if e.Port() == 0 {
			return out, &limen.Error{
				Kind: limen.Invalid, What: "cannot ask port 0 what it speaks",
				Why: "it stands for any free port", Next: "name a port from 1 to 65535",
			}
		}
		listeners, more, err := h.listenersAt(ctx, e)
		if err != nil {
			return out, err
		}
		gaps.add(more...)
		found := []probe.Target{{Endpoint: e, Owners: answerers(listeners)}}
		if e.IsWildcard() {
			found = targetsOf(listeners)
		} else if e.Address().Unmap().IsLoopback() && len(listeners) == 0 {
			found = nil // the kernel says so, and would have to be asked by a datagram otherwise
		}
		for _, t := range found {
			targets, asked = append(targets, t), append(asked, len(out.Identities))
			out.Identities = append(out.Identities, limen.Identity{Endpoint: t.Endpoint, Owners: t.Owners})
		}
		if len(found) == 0 {
			out.Identities = append(out.Identities, limen.Identity{Endpoint: e, Why: "nobody listens there"})
		}
	}
	for i, a := range probe.IdentifyAll(ctx, targets) {
		id := &out.Identities[asked[i]]
		if a.Err != nil {
			id.Why = a.Err.Error()
		} else {
			id.Service = &a.Service
		}
	}
	out.Gaps = gaps.list
	return out, ctx.Err()
}

// listenersAt returns what listens where a connection to e would lead.
func (h *Host) listenersAt(ctx context.Context, e limen.Endpoint) ([]limen.Listener, []limen.Gap, error) {
	want := sockets.Want{Transport: e.Transport, Port: e.Port()}
	socks, _, err := h.sockets.Read(ctx, want)
	if err != nil {
		return nil, nil, readError(fmt.Sprintf("cannot say who holds %s port %d", e.Transport, e.Port()), err)
	}
	listeners, _, gaps := h.identify(ctx, h.newPeople(false), want, socks, nil)
	if e.IsWildcard() {
		return listeners, gaps, nil
	}
	exact := func(l limen.Listener) bool { return l.Endpoint.Address().Unmap() == e.Address().Unmap() }
	if slices.ContainsFunc(listeners, exact) {
		return slices.DeleteFunc(listeners, func(l limen.Listener) bool { return !exact(l) }), gaps, nil
	}
	if !e.Address().Unmap().IsLoopback() {
		return nil, gaps, nil // perhaps another machine's
	}
	return slices.DeleteFunc(listeners, func(l limen.Listener) bool {
		return !l.Endpoint.IsWildcard() || !slices.Contains(l.Families, familyOf(e.Address()))
	}), gaps, nil
}

func familyOf(a netip.Addr) limen.Family {
	if a.Unmap().Is4() {
		return limen.IPv4
	}
	return limen.IPv6
}

func answerers(listeners []limen.Listener) (all []limen.Owner) {
	for _, l := range listeners {
		all = append(all, l.Owners...)
	}
	return all
}

// targetsOf returns one target for each place where listeners can be asked.
func targetsOf(listeners []limen.Listener) (targets []probe.Target) {
	for _, l := range listeners {
		at := reachable(l, listeners)
		i := slices.IndexFunc(targets, func(t probe.Target) bool { return t.Endpoint == at })
		switch {
		case l.State == limen.Bound:
		case i < 0:
			targets = append(targets, probe.Target{Endpoint: at, Owners: slices.Clone(l.Owners)})
		default: // twins, as SO_REUSEPORT allows
			targets[i].Owners = append(targets[i].Owners, l.Owners...)
		}
	}
	return targets
}

// reachable is where a listener is connected to: for a wildcard, an address of
// loopback that no other listener has taken for itself.
func reachable(l limen.Listener, all []limen.Listener) limen.Endpoint {
	if !l.Endpoint.IsWildcard() {
		return l.Endpoint
	}
	at := netip.IPv6Loopback()
	if l.Endpoint.Address().Unmap().Is4() {
		at = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	taken := func(o limen.Listener) bool {
		return o.Endpoint.Transport == l.Endpoint.Transport && o.Endpoint.Addr == netip.AddrPortFrom(at, l.Endpoint.Port())
	}
	for at.Is4() && at.IsLoopback() && slices.ContainsFunc(all, taken) {
		at = at.Next()
	}
	return limen.Endpoint{Transport: l.Endpoint.Transport, Addr: netip.AddrPortFrom(at, l.Endpoint.Port())}
}

// fillServices asks listeners of this network namespace what they speak, and
// returns what could not be told. Each place is asked once.
func (h *Host) fillServices(ctx context.Context, listeners []limen.Listener) []limen.Gap {
	targets := targetsOf(listeners)
	answers := probe.IdentifyAll(ctx, targets)
	var gaps silences
	for i, a := range answers {
		if a.Err != nil {
			gaps.add(targets[i].Endpoint, a.Err)
		}
	}
	for i := range listeners {
		l := &listeners[i]
		at := reachable(*l, listeners)
		for k, t := range targets {
			if l.State != limen.Bound && t.Endpoint == at && answers[k].Err == nil {
				s := answers[k].Service
				l.Service = &s
			}
		}
	}
	return gaps.list()
}

// fillCauses asks what stands in the way of a port what it speaks.
func (h *Host) fillCauses(ctx context.Context, v *limen.Verdict, f verdict.Facts) {
	var gaps silences
	for i := range v.Causes {
		c := &v.Causes[i]
		if c.Endpoint == nil || !slices.Contains(speaking, c.Kind) {
			continue
		}
		at := limen.Listener{Endpoint: *c.Endpoint}
		t := probe.Target{Endpoint: reachable(at, f.Listeners), Owners: c.Owners}
		if c.Kind == limen.CauseNamespace {
			t.Endpoint = reachable(at, f.Elsewhere)
			n := namespaceOf(*c, f.Elsewhere)
			t.Dial = func(ctx context.Context) (net.Conn, error) { return h.sockets.DialInside(ctx, n, t.Endpoint) }
		}
		if s, err := probe.Identify(ctx, t); err != nil {
			gaps.add(t.Endpoint, err)
		} else {
			c.Service = &s
		}
	}
	v.Gaps = append(v.Gaps, gaps.list()...)
}

// namespaceOf returns the network namespace of the listener behind a cause.
func namespaceOf(c limen.Cause, all []limen.Listener) limen.Namespace {
	for _, l := range all {
		if l.Endpoint == *c.Endpoint && slices.EqualFunc(l.Owners, c.Owners, func(a, b limen.Owner) bool {
			return a.Process.ProcessID == b.Process.ProcessID
		}) {
			return l.Namespace
		}
	}
	return 0
}

// speaking are the kinds of causes that are programs which can be asked.
var speaking = []limen.CauseKind{limen.CauseListener, limen.CauseFamily, limen.CauseShadowed, limen.CauseNamespace, limen.CauseOutsidePID}

// silences gather which endpoints did not say what they speak, by the reason.
type silences struct {
	reasons []string
	at      map[string][]string
}

func (s *silences) add(e limen.Endpoint, why error) {
	if s.at == nil {
		s.at = map[string][]string{}
	}
	if reason := why.Error(); s.at[reason] == nil {
		s.reasons = append(s.reasons, reason)
	}
	s.at[why.Error()] = append(s.at[why.Error()], e.String())
}

// list returns a gap for each reason, with the first few endpoints.
func (s *silences) list() (gaps []limen.Gap) {
	const most = 6
	for _, reason := range s.reasons {
		at := s.at[reason]
		what := "what speaks at " + strings.Join(at[:min(len(at), most)], ", ")
		if len(at) > most {
			what += fmt.Sprintf(" and %d more", len(at)-most)
		}
		gaps = append(gaps, limen.Gap{What: what, Why: reason})
	}
	return gaps
}
