package host

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// unkept is what is missing while names cannot be kept.
const unkept = "names for the next time"

// repeat is how long to wait before what could not be kept is tried once more:
// there may be room on the disk again.
const repeat = 5 * time.Second

// save keeps names as they are given, until ctx ends and none is left. Nobody
// waits for it: the records may be another process's for seconds.
func (b *harbour) save(ctx context.Context) {
	if b.records == nil {
		return // said already
	}
	for {
		var later <-chan time.Time
		if b.saveAll(context.WithoutCancel(ctx)) {
			later = time.After(repeat)
		}
		select {
		case <-ctx.Done():
			b.saveAll(context.WithoutCancel(ctx))
			return
		case <-b.saving:
		case <-later:
		}
	}
}

// saveAll keeps what is not kept yet, and reports whether something is left.
func (b *harbour) saveAll(ctx context.Context) (left bool) {
	b.mu.Lock()
	pending := maps.Clone(b.unsaved)
	b.mu.Unlock()
	for k, r := range pending {
		if err := b.records.PutRoute(ctx, r); err != nil {
			b.miss(limen.Gap{What: unkept, Why: err.Error()})
			return true
		}
		b.mu.Lock()
		if now, isThere := b.unsaved[k]; isThere && now.Target == r.Target && *now.Subject == *r.Subject {
			delete(b.unsaved, k)
		}
		b.mu.Unlock()
	}
	if len(pending) > 0 {
		b.mend(unkept)
	}
	return false
}

// mend forgets a gap that is one no more.
func (b *harbour) mend(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gaps = slices.DeleteFunc(slices.Clone(b.gaps), func(g limen.Gap) bool { return g.What == what })
}
