package proxy

import (
	"context"
	"net"
	"strconv"

	"github.com/limenhq/limen"
)

// isExclusive says that a bind succeeds beside somebody who listens at every
// address: SO_REUSEADDR, which net sets, lets the closer address come first.
const isExclusive = false

var lacking = &limen.Error{
	Kind: limen.Denied, Why: "ports this low take a right that limen does not have",
	Next: "limen why 443",
}

const lowWhy = "macOS gives low ports to everybody, but only at every address at once; limen hangs up on whoever is not of this machine"

// openLow opens a low port at every address, which takes no rights since macOS
// 10.14, as opposed to one address (in_pcbbind of xnu's in_pcb.c). Only this
// machine comes through it.
func openLow(ctx context.Context, port uint16) (net.Listener, bool) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(int(port)))
	if err != nil {
		return nil, false
	}
	return near{l}, true
}
