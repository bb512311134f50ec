package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/sockets"
)

// isHeld reports whether a socket waits at a port of this machine.
func (h *Host) isHeld(ctx context.Context, g limen.Goal) (bool, error) {
	want, ok := wantOf(g)
	if !ok {
		return false, fmt.Errorf("only that machine can tell: %w", errors.ErrUnsupported)
	}
	socks, _, err := h.sockets.Read(ctx, want)
	return len(socks) > 0, err
}

// wantOf returns which sockets a goal is about. It reports false if it is
// about another machine, or about no port.
func wantOf(g limen.Goal) (want sockets.Want, ok bool) {
	host, port := g.Host, g.Port
	if g.URL != "" {
		host, port = hostOf(g.URL)
	}
	want = sockets.Want{Transport: limen.TCP, Port: port}
	if g.Transport != 0 {
		want.Transport = g.Transport
	}
	if host == "" || strings.EqualFold(host, "localhost") {
		return want, port != 0
	}
	a, err := netip.ParseAddr(host)
	if err != nil || !a.IsLoopback() {
		return want, false
	}
	want.Match = func(e limen.Endpoint) bool { // a wildcard answers at a too
		at := e.Address().Unmap()
		return at == a || at.IsUnspecified()
	}
	return want, port != 0
}

// hostOf returns where a URL leads to; nothing if that cannot be read.
func hostOf(text string) (host string, port uint16) {
	u, err := url.Parse(text)
	if err != nil {
		return "", 0
	}
	name := u.Port()
	if name == "" {
		name = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	n, err := strconv.ParseUint(name, 10, 16)
	if err != nil {
		return "", 0
	}
	return u.Hostname(), uint16(n)
}

// owns says who has the port of a goal, if it is not a process or one that it
// started.
func (h *Host) owns(ctx context.Context, g limen.Goal, id limen.ProcessID) ([]limen.Gap, error) {
	want, ok := wantOf(g)
	if !ok {
		return nil, nil // another machine's, or a Unix socket, which the kernel's tables do not have
	}
	socks, gaps, err := h.sockets.Read(ctx, want)
	if err != nil {
		return []limen.Gap{untold(g, id, err.Error())}, nil
	}
	listeners, _, more := h.identify(ctx, h.newPeople(false), want, socks, nil)
	var others []string
	for _, l := range listeners {
		for _, o := range l.Owners {
			if isOf(o.Process, id) {
				return nil, nil
			}
			others = append(others, fmt.Sprintf("%s is held by %s (%d)", l.Endpoint.Addr, o.Process.Name, o.Process.PID))
		}
	}
	if len(others) == 0 {
		return append(append(gaps, more...), untold(g, id, "no process is seen to hold it")), nil
	}
	slices.Sort(others)
	return nil, fmt.Errorf("%s, which is not pid %d and was not started by it", strings.Join(slices.Compact(others), ", "), id.PID)
}

// isOf reports whether a process is the one that is meant, or descends from it.
func isOf(p limen.Process, id limen.ProcessID) bool {
	return p.ProcessID == id || slices.ContainsFunc(p.Ancestors, func(a limen.Ancestor) bool { return a.ProcessID == id })
}

func untold(g limen.Goal, id limen.ProcessID, why string) limen.Gap {
	return limen.Gap{What: fmt.Sprintf("whether it is pid %d that answers at %v", id.PID, g), Why: why}
}

// listensElsewhere returns an address of this machine at which a port that was
// waited for at the usual ones is listened on.
func (h *Host) listensElsewhere(ctx context.Context, g limen.Goal, want sockets.Want) string {
	if g.State != limen.GoalReady || g.URL != "" {
		return ""
	}
	want.Match = nil
	socks, _, err := h.sockets.Read(ctx, want)
	if err != nil {
		return ""
	}
	for _, s := range socks {
		if a := s.Local.Address(); !a.IsLoopback() && !a.IsUnspecified() {
			return net.JoinHostPort(a.String(), strconv.Itoa(int(want.Port)))
		}
	}
	return ""
}
