package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/limenhq/limen"
)

// Listen opens the place where a name is answered. Only addresses of loopback
// are: who reaches a database through it must be on this machine.
func Listen(ctx context.Context, at netip.AddrPort) (net.Listener, error) {
	what := fmt.Sprintf("cannot listen at %v", at)
	if !at.Addr().IsLoopback() {
		return nil, &limen.Error{Kind: limen.Invalid, What: what, Why: "the address is not one of loopback, and everybody on the network could connect"}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", at.String())
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, errInUse):
		return nil, busy(what, at)
	case errors.Is(err, errNotHere):
		if g := Missing(at.Addr()); g != nil {
			return nil, &limen.Error{Kind: limen.Denied, What: what, Why: g.Why, Next: g.Next}
		}
	case errors.Is(err, errNotAllowed):
		return nil, &limen.Error{Kind: limen.Denied, What: what, Why: fmt.Sprintf("the system keeps port %d for programs with more rights", at.Port()), Next: fmt.Sprintf("limen why %d", at.Port())}
	}
	return nil, fmt.Errorf("%s: %w", what, err)
}

// elsewhere is an address of Range that no project has (see usable): whoever is
// in the way there, too, is in the way everywhere.
var elsewhere = netip.MustParseAddr("127.77.255.1")

// busy says who is in the way: a listener at this very address, or one at all of
// them. The kernel lets nobody listen at one address of a port beside somebody
// who listens at all of them (Linux, net/ipv4/inet_connection_sock.c,
// inet_csk_get_port).
func busy(what string, at netip.AddrPort) *limen.Error {
	e := &limen.Error{Kind: limen.Busy, What: what, Why: "another program listens there", Next: fmt.Sprintf("limen why %d", at.Port())}
	l, err := bare(elsewhere, at.Port())
	if err == nil {
		l.Close()
	} else if errors.Is(err, errInUse) {
		e.Why = fmt.Sprintf("another program listens at port %d on every address, and so on this one", at.Port())
		e.Next = fmt.Sprintf("limen list %d; have it listen at 127.0.0.1 only", at.Port())
	}
	return e
}

// bare opens a socket for a moment.
func bare(a netip.Addr, port uint16) (net.Listener, error) {
	return net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, port)))
}
