package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"github.com/limenhq/limen"
)

// A Doorway says how the doors are opened at which names are answered. The zero
// value opens the usual ones.
type Doorway struct {
	Handed []Handed // doors that somebody has opened already

	// Taken says in words who has a port of TCP; an empty text means that nobody
	// has. Nil means that nobody can be named.
	Taken func(ctx context.Context, port uint16) (who string, err error)

	Proc string // where procfs is mounted; empty means /proc
}

// A Handed is a door that somebody else has opened. Its Endpoint is not looked
// at, and Usual may be 0: both follow from the listener.
type Handed struct {
	Listener net.Listener
	Door     limen.Door
}

// entrances are the ports of URLs that name none, and where names are answered
// if those cannot be had: 8443 is what people take for HTTPS, and 8008 is IANA's
// "HTTP Alternate".
var entrances = []struct{ usual, spare uint16 }{{443, 8443}, {80, 8008}}

// mostSpare is how many ports after the spare one are tried.
const mostSpare = 100

// thresholds are the addresses of a door: localhost is either.
var thresholds = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}

// Open opens the doors: those that were handed over are taken for what they are,
// and the usual ports are bound if that takes no more rights than there are;
// others stand in for those that cannot be had. Each listener has the door of
// the same index. The caller closes them.
func Open(ctx context.Context, d Doorway) (listeners []net.Listener, doors []limen.Door, err error) {
	o := opening{Doorway: d}
	for _, h := range d.Handed {
		o.take(h)
	}
	for _, e := range entrances {
		if err := o.enter(ctx, e.usual, e.spare); err != nil {
			o.close()
			return nil, nil, err
		}
	}
	return o.listeners, o.doors, nil
}

// An opening is a doorway while its doors are being opened.
type opening struct {
	Doorway

	listeners []net.Listener
	doors     []limen.Door
}

// take takes a door that was handed over.
func (o *opening) take(h Handed) {
	a, ok := h.Listener.Addr().(*net.TCPAddr)
	if !ok {
		h.Listener.Close() // nobody who speaks HTTP comes through it
		return
	}
	at := a.AddrPort()
	h.Door.Endpoint = limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(at.Addr().Unmap(), at.Port())}
	h.Door.Usual = cmp.Or(h.Door.Usual, usualOf(at.Port()))
	if h.Door.Grant == limen.GrantInherited && at.Addr().IsUnspecified() {
		h.Listener = near{h.Listener} // as it was before; see openLow
	}
	o.add(h.Listener, h.Door)
}

// usualOf is the usual port that another one stands in for. A port that says
// nothing is one for HTTPS, where HTTP is answered, too.
func usualOf(port uint16) uint16 {
	for _, e := range entrances {
		if port == e.usual || port >= e.spare && port < e.spare+mostSpare {
			return e.usual
		}
	}
	return entrances[0].usual
}

func (o *opening) add(l net.Listener, d limen.Door) {
	o.listeners, o.doors = append(o.listeners, l), append(o.doors, d)
}

func (o *opening) close() {
	for _, l := range o.listeners {
		l.Close() // nobody has come through it yet
	}
}

// enter opens one of the usual ports, or one that stands in for it. Where one
// was handed over that stands in, that one stays.
func (o *opening) enter(ctx context.Context, usual, spare uint16) error {
	isHanded := func(d limen.Door) bool { return d.Usual == usual }
	isFinal := func(d limen.Door) bool { // whoever set up a manager has chosen the port
		return isHanded(d) && (d.Endpoint.Port() == usual || d.Grant == limen.GrantManager)
	}
	if slices.ContainsFunc(o.doors, isFinal) {
		return nil
	}
	isStandIn := slices.ContainsFunc(o.doors, isHanded)
	why, err := o.bind(ctx, usual, limen.Door{Usual: usual, Grant: o.right(usual)})
	if err != nil {
		return err
	}
	if why == nil {
		o.explain(usual, limen.Error{}) // there is no why any more
		return nil
	}
	if isStandIn {
		o.explain(usual, *why)
		return nil
	}
	instead := limen.Door{Usual: usual, Grant: limen.GrantElsewhere, Why: why.Why, Next: why.Next}
	for port := spare; port < spare+mostSpare; port++ {
		instead.Stray = port != spare
		refused, err := o.bind(ctx, port, instead)
		if err != nil || refused == nil {
			return err
		}
		if port == spare { // people type it, and meet somebody else there
			instead.Why += "; " + refused.Why
		}
	}
	return &limen.Error{
		Kind: limen.Busy, What: fmt.Sprintf("cannot answer for names at any port from %d to %d", spare, spare+mostSpare-1),
		Why: "all are taken, and " + why.Why, Next: cmp.Or(why.Next, "limen list"),
	}
}

// explain says why the doors that stand in for a usual port are not there.
func (o *opening) explain(usual uint16, why limen.Error) {
	for i, d := range o.doors {
		if d.Usual == usual && d.Endpoint.Port() != usual {
			o.doors[i].Why, o.doors[i].Next = why.Why, why.Next
		}
	}
}

// CouldOpen reports whether Open would have a port by now, for whoever has other
// doors open already. It is tried, and closed again.
func CouldOpen(ctx context.Context, d Doorway, port uint16) (bool, error) {
	if isExclusive {
		d.Taken = nil // the bind says enough
	}
	o := opening{Doorway: d}
	defer o.close()
	refused, err := o.bind(ctx, port, limen.Door{Usual: port})
	return refused == nil && err == nil, err
}

// bind opens a port at both loopback addresses, or says why it cannot be had. A
// machine without one of the two is answered at the other.
func (o *opening) bind(ctx context.Context, port uint16, d limen.Door) (refused *limen.Error, err error) {
	if !isExclusive {
		if who, err := o.holder(ctx, port); who != "" || err != nil {
			return taken(port, who), err
		}
	}
	var got []net.Listener
	var last error
	for _, a := range thresholds {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", netip.AddrPortFrom(a, port).String())
		if err == nil {
			got = append(got, l)
			continue
		}
		if last = err; errors.Is(err, syscall.EADDRINUSE) {
			break // one of the two would be somebody else's
		}
	}
	switch {
	case errors.Is(last, syscall.EADDRINUSE):
		for _, l := range got {
			l.Close() // it was open for a moment only
		}
		who, err := o.holder(ctx, port)
		return taken(port, cmp.Or(who, "somebody has it who cannot be named")), err
	case len(got) == 0 && errors.Is(last, fs.ErrPermission):
		l, ok := openLow(ctx, port)
		if !ok {
			return lacking, nil
		}
		got, d.Why = []net.Listener{l}, lowWhy
	case len(got) == 0:
		return nil, &limen.Error{Kind: limen.Denied, What: fmt.Sprintf("cannot answer for names at port %d", port), Why: last.Error(), Next: fmt.Sprintf("limen why %d", port)}
	}
	for _, l := range got {
		d.Endpoint = limen.Endpoint{Transport: limen.TCP, Addr: l.Addr().(*net.TCPAddr).AddrPort()}
		o.add(l, d)
	}
	return nil, nil
}

// holder says who has a port.
func (o *opening) holder(ctx context.Context, port uint16) (string, error) {
	if o.Taken == nil {
		return "", nil
	}
	return o.Taken(ctx, port)
}

func taken(port uint16, who string) *limen.Error {
	return &limen.Error{Kind: limen.Busy, Why: fmt.Sprintf("port %d is taken: %s", port, who), Next: fmt.Sprintf("limen why %d", port)}
}
