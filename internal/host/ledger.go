package host

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/store"
)

// What is missing while names cannot be kept, or those that were cannot be read.
const (
	unkept = "names for the next time"
	unread = "the names that were kept"
)

// repeat is how long to wait before what could not be kept is tried once more:
// there may be room on the disk again.
const repeat = 5 * time.Second

// open returns the records. Those that could not be opened when the daemon began,
// because the disk was full, may be opened later; until then they are nil.
func (b *harbour) open(ctx context.Context) *store.Store {
	b.opening.Lock()
	defer b.opening.Unlock()
	if b.records != nil {
		return b.records
	}
	records, _, err := b.host.records(ctx)
	if err != nil {
		b.miss(gapOf(unkept, err, ""))
		return nil
	}
	b.records = records
	b.mend(unkept)
	return records
}

// save keeps names as they are given, until ctx ends and none is left. Nobody
// waits for it: the records may be another process's for seconds.
func (b *harbour) save(ctx context.Context) {
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
	records := b.open(ctx)
	if records == nil {
		return true
	}
	b.mu.Lock()
	hasBegun := b.hasBegun
	b.mu.Unlock()
	if !hasBegun {
		if b.load(ctx) != nil {
			return true // said already
		}
		b.mend(unread)
	}
	pending := b.late()
	for k := range pending {
		if err := b.saveOne(ctx, records, k); err != nil {
			b.miss(gapOf(unkept, err, ""))
			return true
		}
	}
	if len(pending) > 0 {
		b.mend(unkept)
	}
	return false
}

// saveOne keeps a name as it is now, if it is still to be kept.
func (b *harbour) saveOne(ctx context.Context, records *store.Store, k berthKey) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mu.Lock()
	r, isThere := b.unsaved[k]
	b.mu.Unlock()
	if !isThere {
		return nil // it was taken away
	}
	if err := records.PutRoute(ctx, r); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.unsaved[k]; now.Target == r.Target && now.Subject != nil && *now.Subject == *r.Subject {
		delete(b.unsaved, k)
	}
	return nil
}

// late are the names that are not kept yet.
func (b *harbour) late() map[berthKey]limen.Route {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.unsaved)
}

// mend forgets a gap that is one no more.
func (b *harbour) mend(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gaps = slices.DeleteFunc(slices.Clone(b.gaps), func(g limen.Gap) bool { return g.What == what })
}
