//go:build !linux && !darwin

package proxy

import (
	"context"
	"net"

	"github.com/limenhq/limen"
)

// isExclusive says that a bind may succeed beside somebody who listens at every
// address: SO_REUSEADDR, which net sets on BSD, lets the closer address come
// first, and so does Windows without any.
const isExclusive = false

// lacking is why a low port cannot be had: of FreeBSD (ip(4), "IP_PORTRANGE").
// Windows has no low ports.
var lacking = &limen.Error{
	Kind: limen.Denied, Why: "ports this low take a right that limen does not have",
	Next: "sudo sysctl net.inet.ip.portrange.reservedhigh=79 && limen daemon start",
}

const lowWhy = ""

// openLow knows no other way to a low port here.
func openLow(context.Context, uint16) (net.Listener, bool) { return nil, false }
