package tap

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A Watch says what somebody wants to hear of. The zero value means all requests.
type Watch struct {
	// Wants reports whether they want to hear of a request. Nil means of all. It is
	// called when a request has ended, or turns out to go on for longer.
	Wants  func(*limen.Exchange) bool
	Frames bool   // and the messages of streams
	Ready  func() // is called once nothing goes by unheard; nil for nothing
}

// countPause is how long nothing is said of what is not told, once something was: it
// would stand between the lines that matter.
const countPause = time.Second

// Watch tells what goes by from now on, until ctx ends or next fails: requests that
// have ended, those that go on for longer or do already, their messages, and now and
// then how many were not kept, or not told. A slow one misses some, and holds up nobody. It returns
// the error of next.
func (t *Tap) Watch(ctx context.Context, w Watch, next func(limen.Tapped) error) error {
	one := &watcher{Watch: w, came: make(chan struct{}, 1), told: map[string]bool{}}
	t.join(one, true)
	defer t.join(one, false)
	if w.Ready != nil {
		w.Ready()
	}
	over := time.NewTimer(countPause)
	over.Stop()
	defer over.Stop()
	isPaused := false
	for {
		items := one.take()
		if !isPaused {
			if missed := one.counted(t.config.Now()); missed.Kind != 0 {
				items = append(items, missed)
				over.Reset(countPause)
				isPaused = true
			}
		}
		for _, item := range items {
			if err := next(item); err != nil {
				return err
			}
		}
		select {
		case <-one.came:
		case <-over.C:
			isPaused = false
		case <-ctx.Done():
			return nil
		case <-t.ctx.Done():
			return nil
		}
	}
}

// join has a watcher told from now on, or no longer.
func (t *Tap) join(w *watcher, isThere bool) {
	t.watching.Lock()
	defer t.watching.Unlock()
	if isThere {
		t.watchers[w] = true
		t.newcomers = append(t.newcomers, w)
		t.stir() // there may be something to tell at once
	} else {
		delete(t.watchers, w)
	}
	areFrames := false
	for other := range t.watchers {
		areFrames = areFrames || other.Frames
	}
	t.isWatched.Store(len(t.watchers) > 0)
	t.areFrames.Store(areFrames)
}

const (
	untoldMost = 2048    // things that wait for a watcher
	untoldRoom = 8 << 20 // and bytes of messages in them
)

// A watcher is somebody who is told. The pump puts, and never waits.
type watcher struct {
	Watch

	came chan struct{}

	mu      sync.Mutex // guards what follows
	queue   []limen.Tapped
	room    int             // bytes of messages in it
	missed  int64           // requests that were not kept since that was told
	unshown int64           // and what there was no time or room to tell
	told    map[string]bool // requests that go on, of which it was
}

// take returns what there is to be told.
func (w *watcher) take() []limen.Tapped {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.queue
	w.queue, w.room = nil, 0
	return all
}

// counted returns how many it was not told of since that was asked last; of no kind,
// if of all.
func (w *watcher) counted(now time.Time) (item limen.Tapped) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.missed > 0 || w.unshown > 0 {
		item = limen.Tapped{Time: now.UTC(), Kind: limen.TapMissed, Missed: w.missed, Unshown: w.unshown}
	}
	w.missed, w.unshown = 0, 0
	return item
}

// exchange tells of a request.
func (w *watcher) exchange(x limen.Exchange) {
	wasTold := w.wasTold(x.ID)
	if wasTold && x.Open || !wasTold && w.Wants != nil && !w.Wants(&x) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if x.Open {
		w.told[x.ID] = true
	} else {
		delete(w.told, x.ID)
	}
	w.put(limen.Tapped{Time: x.Time.Add(x.Total), Kind: limen.TapExchange, Exchange: &x})
}

func (w *watcher) wasTold(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[id]
}

// frame tells of a message of a request that they have been told of.
func (w *watcher) frame(f limen.Frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.Frames || !w.told[f.Exchange] {
		return
	}
	f.Body = bytes.Clone(f.Body)
	w.room += len(f.Body)
	w.put(limen.Tapped{Time: f.Time, Kind: limen.TapFrame, Frame: &f})
}

// miss notes that some were not kept, and some not looked at.
func (w *watcher) miss(n, unshown int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.missed += n
	w.unshown += unshown
	nudge(w.came)
}

// put has something told, if there is room. It is called with the lock held.
func (w *watcher) put(item limen.Tapped) {
	nudge(w.came)
	if len(w.queue) >= untoldMost || w.room > untoldRoom {
		w.unshown++
		return
	}
	w.queue = append(w.queue, item)
}
