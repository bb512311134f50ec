// Package tap keeps what goes through limen, and tells it as it goes: requests
// and their answers, with bodies, and the messages of WebSockets and streams.
//
// Whoever carries traffic hands over copies, and never waits: they are put into
// memory of bounded size, from which one goroutine writes them to a ring of files,
// the oldest of which is deleted for the newest. What there is no room for is
// missed, and counted. What is kept is raw: only who shows it hides secrets.
package tap

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
)

// Config says what is kept, and how much. The zero value keeps all requests.
type Config struct {
	Size int64            // bytes on disk at most; 0 means 64 MiB, and at least 4 MiB are taken
	Now  func() time.Time // nil means the system's clock

	// Wants reports whether requests of a route, or those without one, are kept.
	// Nil means that all are. It is called for each, and must be fast.
	Wants func(*limen.Route) bool

	// Initiator finds the process that a connection comes from, by the client's
	// address and ours; nil if that is not known. It is called by one goroutine,
	// as soon as there is a connection, and often enough to be worth bounding.
	// If it is nil itself, nobody is asked.
	Initiator func(ctx context.Context, client, here netip.AddrPort) *limen.Process

	// Tell hears of what cannot be kept, once until it can again. Nil means that
	// nobody listens.
	Tell func(limen.Gap)
}

// usualSize and leastSize are how much is kept, in bytes.
const (
	usualSize = 64 << 20
	leastSize = 4 << 20
)

// A Tap keeps what goes by. Its methods may be called by several goroutines.
type Tap struct {
	config Config
	ring   *ring
	last   atomic.Uint64 // number that was given
	people *people       // nil if nobody can be found

	ctx  context.Context // of all that the tap does by itself
	stop context.CancelFunc
	work sync.WaitGroup

	wake    chan struct{} // for the pump: there is something, once
	full    chan struct{} // and it cannot wait
	isAwake atomic.Bool   // the pump will look soon

	mu       sync.Mutex // guards what follows; a Track's own may be held when it is taken
	spool    spool
	open     trackList
	bodies   allowance
	isClosed bool

	watching  sync.Mutex // guards what follows; it is taken alone
	watchers  map[*watcher]bool
	newcomers []*watcher // of those, who have not heard what goes on
	isWatched atomic.Bool
	areFrames atomic.Bool // somebody wants to hear of messages
}

// Open opens the next ring of a directory that nobody else writes to, and makes
// it where there is none, for its owner alone. It starts goroutines, which end
// with Close.
func Open(dir string, c Config) (*Tap, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Size == 0 {
		c.Size = usualSize
	}
	if c.Tell == nil {
		c.Tell = func(limen.Gap) {}
	}
	r, err := openRing(dir, max(c.Size, leastSize))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	t := &Tap{
		config: c, ring: r, ctx: ctx, stop: stop,
		wake: make(chan struct{}, 1), full: make(chan struct{}, 1), watchers: map[*watcher]bool{},
	}
	t.last.Store(r.highest)
	t.spool.missed = r.missed
	t.bodies.allow(r.size)
	if c.Initiator != nil {
		t.people = newPeople(c, t.keepPerson)
		t.work.Go(func() { t.people.find(ctx) })
	}
	t.work.Go(t.pump)
	return t, nil
}

// Close writes what there is, and ends the use of the tap. What is still open is
// kept as it is now.
func (t *Tap) Close() error {
	t.mu.Lock()
	t.isClosed = true
	t.mu.Unlock()
	t.stop()
	t.work.Wait()
	return t.ring.close()
}

// A Passage is the way that a request takes.
type Passage struct {
	Client, Here netip.AddrPort
	IsSecret     bool         // over TLS
	Route        *limen.Route // nil if there is none
}

// Meet looks for whom a new connection belongs to.
func (t *Tap) Meet(client, here netip.AddrPort) {
	if t.people != nil {
		t.people.meet(meeting{client, here, t.config.Now().UnixNano()})
	}
}

// Begin keeps the head of a request. It returns nil where nobody wants to know
// of it.
func (t *Tap) Begin(at time.Time, from Passage, head []byte) *Track {
	if t.config.Wants != nil && !t.config.Wants(from.Route) {
		return nil
	}
	k := newTrack(t, at, from, head)
	if k != nil {
		t.stir()
	}
	return k
}

// keepPerson keeps whose a connection is, if there is room.
func (t *Tap) keepPerson(say []byte) {
	t.keep(piece{}, nil, partWhose, say, nil, nil)
	t.stir()
}

// Missed is how many requests were not kept since the ring began, because there
// were too many at once, or no room on the disk.
func (t *Tap) Missed() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.spool.missed
}

// ID is how people call the request that is kept as a number.
func (t *Tap) ID(number uint64) string { return idOf(t.ring.letter, number) }

// stir has the pump look soon.
func (t *Tap) stir() {
	if !t.isAwake.Load() && t.isAwake.CompareAndSwap(false, true) {
		nudge(t.wake)
	}
}

// nudge leaves word in a channel, unless there is some already.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
