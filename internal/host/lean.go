package host

import (
	"context"
	"runtime/metrics"
	"time"

	"github.com/limenhq/limen/internal/run"
)

// How often a daemon gives back memory that it does not need: soon after it has
// begun, and then where it has worked meanwhile.
const (
	firstGift = 2 * time.Second
	giftPause = 10 * time.Second
)

// collections are how often the garbage collector has run by itself, as it does
// when enough has been worked.
const collections = "/gc/cycles/automatic:gc-cycles"

// keepLean gives back what starting and bursts of work have taken, until ctx
// ends: most of the time a daemon waits.
func keepLean(ctx context.Context) {
	sample := []metrics.Sample{{Name: collections}}
	var before uint64
	for pause := firstGift; ; pause = giftPause {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		metrics.Read(sample)
		if now := sample[0].Value.Uint64(); now != before || pause == firstGift {
			before = now
			run.GiveBack()
		}
	}
}
