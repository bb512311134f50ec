package proxy

import (
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// An Upstream is a server that requests are carried to, wherever it listens at
// the moment. It may be used by several goroutines.
type Upstream struct {
	target   limen.Target
	patience time.Duration    // how long one that never answered may say nothing
	now      func() time.Time // the clock of its connections
	two      *http.Transport  // for HTTP/2; for HTTP/1.1 see take

	mu        sync.Mutex // guards what follows
	isPointed bool       // places are known; else the target says where it is
	places    []netip.AddrPort
	best      netip.AddrPort // the place that was reached first, since Point has said where there are any
	isAstray  bool           // another one answers in the meantime
	moved     chan struct{}  // closed when Point was called
	manner    manner
	age       uint64 // grows with places and manner; see pool
	waiting   int    // how many requests are held

	idle   []*tether   // connections that wait, those for the longest time first
	reaper *time.Timer // looks after them; nil while there are none
}

// NewUpstream returns an upstream for a target. It connects to nothing. A
// target that says for itself where it is, as a port or a Unix socket does, can
// be used as it is; one that does not listens nowhere until Point is called.
func NewUpstream(t limen.Target) *Upstream {
	u := &Upstream{target: t, patience: time.Minute, now: time.Now, moved: make(chan struct{}), manner: manners[t.Scheme]}
	u.two = u.transport()
	return u
}

// Point says where the upstream listens now: nowhere, if there is no endpoint.
// From then on only these are tried. Requests that are under way are left alone,
// those that wait try again at once. It is not for targets on other machines.
func (u *Upstream) Point(endpoints ...limen.Endpoint) {
	var places []netip.AddrPort
	for _, e := range endpoints {
		places = append(places, reachable(e.Addr)...)
	}
	u.mu.Lock()
	isOther := !u.isPointed || !slices.Equal(places, u.places)
	u.isPointed, u.places = true, places
	if isOther {
		u.age++
		u.manner = manners[u.target.Scheme] // what listens there may be another program
		u.best, u.isAstray = netip.AddrPort{}, false
	}
	close(u.moved)
	u.moved = make(chan struct{})
	u.mu.Unlock()
	if isOther {
		u.Close()
	}
}

// Close lets go of the connections that wait for a next request.
func (u *Upstream) Close() {
	u.drop()
	u.two.CloseIdleConnections()
}

// comeBack lets go of connections to a place that answered only because the best one
// refused. At the other loopback address of a port may listen another user's server,
// and what is for the owner's must not stay with it when that is there again.
func (u *Upstream) comeBack() {
	u.mu.Lock()
	isAstray := u.isAstray
	u.mu.Unlock()
	if isAstray {
		u.Close()
	}
}

// move is closed when Point is called next.
func (u *Upstream) move() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.moved
}
