package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
)

// errLeaves is what Go's resolver is told when it would ask another machine.
var errLeaves = errors.New("it would ask a name server on another machine, which does not know names of this one, and was not let")

// asGo has the resolver of this very program, which is Go's own, look the name up.
func (q *question) asGo(ctx context.Context) answer {
	mayAsk := q.mayAsk()
	var refused atomic.Bool // both families are asked for at once
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		server, err := netip.ParseAddrPort(address)
		if err != nil || !server.Addr().IsLoopback() || !mayAsk {
			refused.Store(true)
			return nil, errLeaves
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	a := lookUp(ctx, &r, q.host)
	if refused.Load() && len(a.found) == 0 {
		return answer{guessed: true, why: errLeaves.Error()}
	}
	return a
}

func lookUp(ctx context.Context, r *net.Resolver, host string) answer {
	ctx, stop := context.WithTimeout(ctx, 2*patience)
	defer stop()
	if strings.Contains(host, ".") {
		host += "." // without it the domains of the network would be tried, too
	}
	all, err := r.LookupNetIP(ctx, "ip", host)
	if e := (*net.DNSError)(nil); errors.As(err, &e) {
		if e.IsNotFound {
			return answer{why: "it is not found"}
		}
		return answer{why: fmt.Sprintf("it is not found: %s", e.Err)}
	}
	if err != nil {
		return answer{why: fmt.Sprintf("it is not found: %v", err)}
	}
	var found []netip.Addr
	for _, a := range all {
		if a = a.Unmap().WithZone(""); !slices.Contains(found, a) {
			found = append(found, a)
		}
	}
	return answer{found: found}
}
