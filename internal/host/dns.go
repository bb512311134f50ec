package host

import (
	"context"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/resolve"
)

// noDNS is what is missing without a responder.
const noDNS = "names for programs that ask a server of DNS"

// inheritance is how long a daemon that takes over waits for the port at which the one
// before answers DNS. A person may have written it into the system's settings.
const inheritance = 10 * time.Second

// DNS is the port at which this host answers DNS, or will; 0 for none.
func (h *Host) DNS() uint16 {
	b := h.harbour.Load()
	if b == nil {
		return 0
	}
	if r := b.responder.Load(); r != nil {
		return r.At().Port()
	}
	return b.dns
}

// answerDNS answers DNS until ctx ends.
func (b *harbour) answerDNS(ctx context.Context) error {
	if b.dns != 0 {
		b.inheritDNS(ctx)
	}
	r := b.responder.Load()
	if r == nil {
		return nil // said already
	}
	return r.Serve(ctx, b.zone)
}

// inheritDNS opens the responder at the port of the daemon before, when that has left it,
// or else at another.
func (b *harbour) inheritDNS(ctx context.Context) {
	limit := time.After(inheritance)
	for {
		if r, err := resolve.OpenAt(ctx, b.dns); err == nil {
			b.responder.Store(r)
			return
		}
		select {
		case <-time.After(soon):
		case <-limit:
			b.openDNS(ctx)
			return
		case <-ctx.Done():
			return
		}
	}
}

// openDNS opens the responder at the first port that is free.
func (b *harbour) openDNS(ctx context.Context) {
	r, err := resolve.Open(ctx)
	if err != nil {
		b.miss(limen.Gap{What: noDNS, Why: err.Error()})
		return
	}
	b.responder.Store(r)
}
