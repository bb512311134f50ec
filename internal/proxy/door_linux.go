package proxy

import (
	"context"
	"net"

	"github.com/limenhq/limen"
)

// isExclusive says that a bind fails wherever somebody else listens already,
// also at every address, whatever SO_REUSEADDR says (inet_csk_get_port of
// inet_connection_sock.c).
const isExclusive = true

// lacking is why a low port cannot be had. The setting is proposed, and not
// setcap(8) for the program: that right is lost with each new version of the
// file, and a service with NoNewPrivileges does not get it.
var lacking = &limen.Error{
	Kind: limen.Denied, Why: "ports this low take a right that limen does not have",
	Next: "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80 && limen daemon start",
}

const lowWhy = ""

// openLow knows no other way to a low port here.
func openLow(context.Context, uint16) (net.Listener, bool) { return nil, false }
