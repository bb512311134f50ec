package host

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/probe"
	"github.com/limenhq/limen/internal/scan"
)

// piece is how many ports are asked before it is said how far the scan is, and
// noted what is known.
const piece = 4096

// Scan asks ports whether they let a connection in, and puts beside it what the
// kernel knows of them.
func (h *Host) Scan(ctx context.Context, in op.ScanIn, next func(limen.ScanNews) error) error {
	targets, err := h.scanTargets(ctx, in.Targets)
	if err != nil {
		return err
	}
	ports := portsOf(in.Ports)
	notes, err := openNotes(in.Resume)
	if err != nil {
		return err
	}
	defer notes.close()
	began := h.now()
	result := limen.Scan{}
	result.Machine, result.Time = h.moment()
	before, gaps := h.listening(ctx)
	news := limen.ScanNews{All: len(targets) * len(ports)}
	open, unknown := make([][]uint16, len(targets)), make([][]uint16, len(targets))
	for i, a := range targets {
		t := limen.ScannedAddress{Address: a, Asked: len(ports)}
		for some := range slices.Chunk(ports, piece) {
			news.Address = a
			if err := next(news); err != nil && ctx.Err() == nil {
				return err
			}
			got, ok := notes.known(a, some)
			if !ok {
				r := scan.Scanner{}.Scan(ctx, a, some)
				got = tally(some, r)
				if err := notes.add(a, some, got); err != nil {
					return err
				}
			}
			open[i] = append(open[i], got.Open...)
			t.Refused, t.Silent, t.Unknown = t.Refused+got.Refused, t.Silent+len(got.Silent), t.Unknown+got.Unknown
			if got.Why != "" {
				t.Why = got.Why
			}
			unknown[i] = append(unknown[i], got.unknown...)
			news.Asked += len(some)
		}
		result.Targets = append(result.Targets, t)
	}
	// What the kernel knew before or knows now: a server may come or go.
	after, more := h.listening(context.WithoutCancel(ctx))
	set := gapSet{gaps}
	set.add(more...)
	result.Gaps = set.list
	for i := range result.Targets {
		compare(&result.Targets[i], open[i], left(ports, open[i], unknown[i]), append(slices.Clone(after), before...))
	}
	if in.Identify && ctx.Err() == nil {
		h.identifyScanned(ctx, &result, after)
	}
	result.Elapsed = h.now().Sub(began)
	news.Asked, news.Scan = news.All, &result
	if err := next(news); err != nil {
		return err
	}
	return ctx.Err()
}

// portsOf returns the ports of ranges, each once and in order; all if there is
// no range.
func portsOf(ranges []limen.PortRange) []uint16 {
	if len(ranges) == 0 {
		ranges = []limen.PortRange{{From: 1, To: 65535}}
	}
	var ports []uint16
	for p := 1; p <= 65535; p++ {
		if slices.ContainsFunc(ranges, func(r limen.PortRange) bool { return r.Contains(uint16(p)) }) {
			ports = append(ports, uint16(p))
		}
	}
	return ports
}

// tally sorts ports by what came of asking them.
func tally(ports []uint16, r scan.Result) (t note) {
	for i, state := range r.States {
		switch state {
		case scan.Open:
			t.Open = append(t.Open, ports[i])
		case scan.Silent:
			t.Silent = append(t.Silent, ports[i])
		case scan.Refused:
			t.Refused++
		default:
			t.Unknown++
			t.unknown = append(t.unknown, ports[i])
		}
	}
	switch {
	case t.Unknown == 0:
	case errors.Is(r.Why, context.Canceled), errors.Is(r.Why, context.DeadlineExceeded):
		t.Why = "the scan was stopped"
	case r.Why != nil:
		t.Why = r.Why.Error()
	}
	return t
}

// left are the ports that are neither open nor unknown: they were asked, and let
// nobody in. All are in their order.
func left(ports, open, unknown []uint16) (shut []uint16) {
	for _, p := range ports {
		_, isOpen := slices.BinarySearch(open, p)
		_, isUnknown := slices.BinarySearch(unknown, p)
		if !isOpen && !isUnknown {
			shut = append(shut, p)
		}
	}
	return shut
}

// listening are the TCP listeners of this network namespace, with their owners.
func (h *Host) listening(ctx context.Context) ([]limen.Listener, []limen.Gap) {
	var q limen.Query
	if err := q.Add("transport:tcp"); err != nil {
		return nil, []limen.Gap{{What: "who listens", Why: err.Error()}}
	}
	snap, err := h.List(ctx, op.ListIn{Query: q})
	if err != nil {
		return nil, []limen.Gap{{What: "who listens", Why: err.Error()}}
	}
	return slices.DeleteFunc(snap.Listeners, func(l limen.Listener) bool { return l.State != limen.Listening }), snap.Gaps
}

// compare puts beside the open ports of an address what the kernel knows of
// them, and finds listeners that let nobody in.
func compare(t *limen.ScannedAddress, open, shut []uint16, listeners []limen.Listener) {
	for _, p := range open {
		one := limen.ScannedPort{Port: p, Kernel: limen.KernelNone}
		if l, ok := listenerAt(listeners, t.Address, p); ok {
			one.Kernel, one.Owners = limen.KernelListener, l.Owners
		} else {
			one.Why = "no listener of this network namespace: address translation, a container's rule, or another namespace answers"
		}
		t.Open = append(t.Open, one)
	}
	for _, p := range shut {
		l, ok := listenerAt(listeners, t.Address, p)
		if !ok {
			continue
		}
		one := limen.ScannedPort{Port: p, Kernel: limen.KernelListener, Owners: l.Owners}
		one.Why = "a firewall, or a program that was stopped and takes no connection any more"
		if b := l.Backlog; b != nil && b.Used > b.Max {
			one.Why = fmt.Sprintf("its backlog is full: %d wait to be accepted, and %d may", b.Used, b.Max)
		}
		t.Unreachable = append(t.Unreachable, one)
	}
}

// listenerAt returns the listener that a connection to an address would reach.
func listenerAt(listeners []limen.Listener, a netip.Addr, port uint16) (found limen.Listener, ok bool) {
	for _, l := range listeners {
		at := l.Endpoint.Address().Unmap()
		switch {
		case l.Endpoint.Port() != port || l.Device != "":
		case at.WithZone("") == a.WithZone(""):
			return l, true
		case at.IsUnspecified() && slices.Contains(l.Families, familyOf(a)):
			found, ok = l, true
		}
	}
	return found, ok
}

// identifyScanned asks what speaks at the open ports.
func (h *Host) identifyScanned(ctx context.Context, s *limen.Scan, listeners []limen.Listener) {
	var targets []probe.Target
	var of []*limen.ScannedPort
	for i := range s.Targets {
		t := &s.Targets[i]
		for j := range t.Open {
			e := limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(t.Address, t.Open[j].Port)}
			targets = append(targets, probe.Target{Endpoint: e, Owners: t.Open[j].Owners})
			of = append(of, &t.Open[j])
		}
	}
	for i, a := range probe.IdentifyAll(ctx, targets) {
		if a.Err == nil {
			of[i].Service = &a.Service
		}
	}
}
