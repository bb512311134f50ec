package host

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
)

// A Keeping is what a daemon has when it begins.
type Keeping struct {
	Listeners []net.Listener // where names are answered; Keep closes them
	Doors     []limen.Door   // what they are
	DNS       uint16         // the port at which the daemon before answers DNS, which this one takes over; 0 for any
	Ready     func()         // is called once names are answered; nil for nothing
}

// Keep does what goes on between questions: it follows who listens, gives them
// names, and answers for those. It returns when ctx has ended, and what was
// being carried with it.
func (h *Host) Keep(ctx context.Context, k Keeping) error {
	b, err := h.newHarbour(ctx, k)
	if err != nil {
		for _, l := range k.Listeners {
			l.Close()
		}
		return err
	}
	defer b.close()
	h.harbour.Store(b)
	defer h.harbour.Store(nil)
	for _, p := range []*proxy.Proxy{b.proxy, b.lan} {
		h.tape.listen(p)
		defer h.tape.letGo(p)
	}

	life, end := context.WithCancel(ctx)
	defer end()
	var running sync.WaitGroup
	defer running.Wait()
	b.start = func(do func(context.Context)) context.CancelFunc {
		ctx, leave := context.WithCancel(life)
		if life.Err() == nil { // else everybody is on the way out, and nobody is added
			running.Go(func() { do(ctx); leave() })
		}
		return leave
	}
	if err := b.load(life); err != nil {
		b.miss(gapOf(unread, err, "limen route ls"))
	}
	// What another daemon does from the moment that it takes over.
	here, leave := context.WithCancel(life)
	defer leave()
	b.leave = sync.OnceFunc(func() { leave(); close(b.leaving) })
	served := make(chan error, 1)
	running.Go(func() { served <- b.proxy.Serve(life, k.Listeners...) })
	running.Go(func() {
		afterwards(here)
		if err := b.observe(here); here.Err() == nil && err != nil {
			b.miss(limen.Gap{What: "new listeners", Why: err.Error(), Next: "limen list --sources"})
		}
	})
	running.Go(func() { b.save(here) })
	running.Go(func() { b.record(here) })
	running.Go(func() {
		afterwards(life)
		b.seals.gap(life) // so that it is known when somebody has to be told
	})
	running.Go(func() {
		afterwards(life)
		if err := b.sweep(here); err != nil && here.Err() == nil {
			b.miss(limen.Gap{What: "names of projects that are not there any more", Why: err.Error(), Next: "limen route ls"})
		}
		if err := h.sweepJournals(here); err != nil && here.Err() == nil {
			b.miss(limen.Gap{What: "what apps of projects have printed that are not there any more", Why: err.Error()})
		}
	})
	running.Go(func() { keepLean(life) })
	running.Go(func() { b.relays.keep(life, here) })
	running.Go(func() { b.wide.keep(here) })
	running.Go(func() {
		if err := b.answerDNS(here); err != nil {
			b.miss(limen.Gap{What: noDNS, Why: err.Error()})
		}
	})
	if k.Ready != nil {
		k.Ready()
	}
	err = <-served // when ctx has ended and what is under way has, or if it cannot go on
	b.finish(end)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// finish ends what start has begun, and has it begin nothing more: who is about to do so
// has mu, and is waited for here, so that none is added while the last is awaited.
func (b *harbour) finish(end context.CancelFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	end()
}

// mostGuests is how many connections devices of the network may have.
const mostGuests = 128

// Leave has another daemon follow who listens, give names and answer for them,
// which has taken over. What is being carried here goes on.
func (h *Host) Leave() {
	if b := h.harbour.Load(); b != nil {
		b.leave()
	}
}

// headStart is how much earlier names are answered than anything is looked for.
// Whoever has started the daemon waits for an answer, and asking the kernel to
// tell of listeners takes a processor some 10 ms.
const headStart = 20 * time.Millisecond

// afterwards waits until whoever has waited for the daemon can have been
// answered, or ctx ends.
func afterwards(ctx context.Context) {
	select {
	case <-time.After(headStart):
	case <-ctx.Done():
	}
}

// newHarbour makes a harbour in which nothing is known yet.
func (h *Host) newHarbour(ctx context.Context, k Keeping) (*harbour, error) {
	settings, _, err := h.config()
	if err != nil {
		return nil, err
	}
	b := &harbour{
		host: h, settings: settings, doors: k.Doors, dns: k.DNS, since: h.now(),
		moorings: map[limen.ListenerID]*mooring{}, quays: map[berthKey]quay{}, last: map[limen.Subject]departure{},
		closed: map[limen.ListenerID]time.Time{}, unsaved: map[berthKey]limen.Route{}, saving: make(chan struct{}, 1),
		leaving: make(chan struct{}),
	}
	if b.self, err = identifyPID(os.Getpid()); err != nil {
		return nil, err
	}
	if b.homeDir, err = h.home(); err == nil {
		if real, err := filepath.EvalSymlinks(b.homeDir); err == nil {
			b.homeDir = real // the kernel's word for a directory has no links in it
		}
	}
	if rules, err := h.rules.Read(); err == nil { // without them, no port counts as the kernel's
		b.ephemeral = rules.Ephemeral
	}
	if b.token, err = h.token(); err != nil {
		b.miss(gapOf("the list of names in a browser", err, "limen daemon stop; limen daemon start"))
	}
	for _, g := range dangers(settings) {
		b.miss(g)
	}
	b.seals = h.newSeals(settings.Suffixes())
	config := proxy.Config{Now: h.now, Certificate: b.seals.certificate, Circumstance: b.circumstance, Look: b.look, Token: b.token, Tell: b.miss}
	b.proxy = proxy.New(config)
	config.Token, config.Look, config.Connections = "", nil, mostGuests // the network cannot take the descriptors of this machine
	b.lan = proxy.New(config)
	b.relays, b.wide = newRelays(b), newWide(b)
	if b.dns == 0 {
		b.openDNS(ctx)
	}
	return b, nil
}

// close lets go of what a harbour holds.
func (b *harbour) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range b.quays {
		q.Close()
	}
	if b.records != nil {
		b.records.Close() // what was to be kept is
	}
}

// miss notes what the harbour cannot see or do.
func (b *harbour) miss(g limen.Gap) {
	b.mu.Lock()
	defer b.mu.Unlock()
	gaps := gapSet{b.gaps}
	gaps.add(g)
	b.gaps = gaps.list
}

// token returns the secret by which whoever may read it sees all names in a
// browser. It is made once, and lies beside the socket.
func (h *Host) token() (string, error) {
	dir, err := h.runners()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "token")
	text, err := os.ReadFile(file)
	if err == nil && len(text) >= 20 {
		return string(text), nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	made := rand.Text()
	return made, os.WriteFile(file, []byte(made), 0o600)
}
