package host

import (
	"context"
	"net"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
)

// A Handed is a door that somebody else has opened for the daemon.
type Handed = proxy.Handed

// OpenDoors opens the doors at which names are answered, with those that were
// handed over. Each listener has the door of the same index. The caller closes
// them.
func (h *Host) OpenDoors(ctx context.Context, handed ...Handed) ([]net.Listener, []limen.Door, error) {
	return proxy.Open(ctx, proxy.Doorway{Handed: handed, Taken: h.holderOf})
}

// CouldOpen reports whether a port could be had as a door by now.
func (h *Host) CouldOpen(ctx context.Context, port uint16) (bool, error) {
	return proxy.CouldOpen(ctx, proxy.Doorway{Taken: h.holderOf}, port)
}
