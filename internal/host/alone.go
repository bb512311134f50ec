package host

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// turn is how long one limen waits for another that is starting something of
// the same project.
const turn = 5 * time.Second

// alone waits until no other limen of this person is between finding ports for
// a project and being known to run its apps: two at once would take the same
// ones. The caller calls over when it is known. Where limens cannot meet, or
// one takes too long, nobody waits.
func (h *Host) alone(ctx context.Context, project string) (over func()) {
	dir, err := h.runners()
	if err != nil || h.carrier.Serve == nil || os.MkdirAll(dir, 0o700) != nil {
		return func() {}
	}
	sum := sha256.Sum256([]byte(project))
	gate := filepath.Join(dir, fmt.Sprintf("%x.gate", sum[:6])) // whoever listens there has the turn
	ctx, stop := context.WithCancel(ctx)
	limit := time.After(turn)
	for {
		wait, err := h.carrier.Serve(ctx, gate, nil)
		if err == nil {
			return sync.OnceFunc(func() {
				stop()
				_ = wait() // the kernel takes it back, if nobody else does
			})
		}
		select {
		case <-limit:
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
			if errors.Is(err, limen.Busy) {
				continue
			}
		}
		stop()
		return func() {}
	}
}
