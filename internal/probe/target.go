package probe

import (
	"context"
	"net"

	"github.com/limenhq/limen"
)

// A Target is an endpoint that is asked what it speaks.
type Target struct {
	Endpoint limen.Endpoint // an address to connect to: never a wildcard
	Owners   []limen.Owner  // who is known to answer there; may be empty

	// Dial opens a connection to Endpoint. Nil means from where limen runs;
	// a listener of another network namespace is dialled from inside it.
	Dial func(context.Context) (net.Conn, error)
}
