package host

import (
	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
)

// A quay is the upstream of a route, and where it connects to.
type quay struct {
	*proxy.Upstream

	target limen.Target
}

// upstreamOf returns the upstream of a route, pointed at where it listens.
func (b *harbour) upstreamOf(r limen.Route) *proxy.Upstream {
	k, t := keyOf(r), targetOf(r)
	q, isThere := b.quays[k]
	if isThere && q.target != t {
		q.Close()
		isThere = false
	}
	if !isThere {
		q = quay{proxy.NewUpstream(t), t}
		b.quays[k] = q
	}
	if isFollowed(r) {
		q.Point(r.Endpoints...)
	}
	return q.Upstream
}

// targetOf is where the upstream of a route connects to. One that is followed
// listens where it was last seen, and nowhere else.
func targetOf(r limen.Route) limen.Target {
	if isFollowed(r) {
		return limen.Target{Scheme: r.Target.Scheme, Path: r.Target.Path}
	}
	return r.Target
}

// isFollowed reports whether the harbour says where a route leads at each
// moment, and not its target for itself.
func isFollowed(r limen.Route) bool {
	return r.Source != limen.RouteTyped || r.Target.Container != "" || r.Target.Route != ""
}
