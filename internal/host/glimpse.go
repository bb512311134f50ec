package host

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/sockets"
)

// A glimpse is what listens on this machine, read once for all who look in the
// same moment: fifty apps that start cost what one does.
type glimpse struct {
	mu         sync.Mutex // guards what follows
	at         time.Time
	socks      []sockets.Socket
	generation uint64 // is another whenever the sockets are
}

// moment is how old a glimpse may be.
const moment = 10 * time.Millisecond

// take returns the sockets, which nobody may change, and their generation.
func (g *glimpse) take(ctx context.Context, h *Host) ([]sockets.Socket, uint64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := h.now()
	if age := now.Sub(g.at); g.generation > 0 && 0 <= age && age < moment {
		return g.socks, g.generation, nil
	}
	socks, _, err := h.sockets.Read(ctx, sockets.Want{Transport: limen.TCP})
	if err != nil {
		return nil, 0, err
	}
	same := func(a, b sockets.Socket) bool { return identityOf(a) == identityOf(b) }
	if g.generation == 0 || !slices.EqualFunc(g.socks, socks, same) {
		g.generation++
		g.socks = socks
	}
	g.at = now
	return g.socks, g.generation, nil
}
