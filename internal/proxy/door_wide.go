package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/limenhq/limen"
)

// OpenWide opens a port at each address that this machine has in its networks,
// beside the doors at its loopback addresses. An address that comes later is not
// among them. The caller closes the listeners.
func OpenWide(ctx context.Context, port uint16) (listeners []net.Listener, err error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		at, bad := netip.ParsePrefix(a.String())
		if bad != nil || at.Addr().IsLoopback() || at.Addr().IsLinkLocalUnicast() {
			continue // an address that is only one with its interface is in no URL
		}
		l, e := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(at.Addr().String(), strconv.Itoa(int(port))))
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		listeners = append(listeners, l)
	}
	if len(listeners) == 0 {
		why := "this machine has no address in any network"
		if err != nil {
			why = err.Error()
		}
		return nil, &limen.Error{
			Kind: limen.Denied, What: fmt.Sprintf("cannot answer the network at port %d", port), Why: why, Next: fmt.Sprintf("limen why %d", port),
		}
	}
	return listeners, nil
}
