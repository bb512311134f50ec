package host

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
	"github.com/limenhq/limen/internal/tap"
)

// A tape is what records for all who want to see what goes through the proxies of
// this process. It runs while somebody does, and costs nothing else.
type tape struct {
	host *Host

	wished atomic.Pointer[[]*wish] // of all users; read for each request

	mu     sync.Mutex // guards what follows
	tap    *tap.Tap   // nil while nobody wants to see anything
	wishes []*wish    // of those who do
	heeded []heeded   // who tells it

	missing sync.Mutex // guards what follows; it may be taken while mu is held
	fault   limen.Gap  // what could not be kept last
	faults  int        // how often that was so
	heard   int        // of how many of them somebody was told
}

// A heeded is a proxy that tells a tape.
type heeded struct {
	proxy  *proxy.Proxy
	behind *limen.Route // without a name, for what comes to one that stands before a server; nil for others
	at     uint16       // the port of such a one
}

// A wish is what somebody wants to be recorded. But for the client, nobody
// changes it.
type wish struct {
	names   map[string]bool // of routes
	all     bool            // all names but these, and what is for none
	targets []limen.Target  // whatever name leads there

	client atomic.Pointer[netip.AddrPort] // whatever comes from there; nil for nothing
}

// wants reports whether a request is wished for.
func (w *wish) wants(from proxy.Passage) bool {
	if c := w.client.Load(); c != nil && *c == unmapped(from.Client) {
		return true
	}
	r := from.Route
	if r == nil {
		return w.all
	}
	return r.Name != "" && w.names[r.Name] != w.all || slices.ContainsFunc(w.targets, func(t limen.Target) bool { return endsAt(*r, t) })
}

// endsAt reports whether a route leads to a target, or to where that is now.
func endsAt(r limen.Route, t limen.Target) bool {
	return r.Target == t || isOfThisMachine(t) && t.Port != 0 && slices.ContainsFunc(r.Endpoints, func(e limen.Endpoint) bool {
		return e.Port() == t.Port && (t.Host == "" || t.Host == e.Address().String())
	})
}

// use has what is wished for recorded until it is left. The caller gets what
// records it.
func (t *tape) use(w *wish) (*tap.Tap, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tap == nil {
		made, err := t.open()
		if err != nil {
			return nil, err
		}
		t.tap = made
	}
	t.wishes = append(t.wishes, w)
	t.publish()
	for _, p := range t.heeded {
		p.proxy.Record(ear{t.tap, t.wants, p.behind}) // which may want tunnels now that it did not
	}
	return t.tap, nil
}

// leave ends what use has begun. What was recorded stays.
func (t *tape) leave(w *wish) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wishes = slices.DeleteFunc(t.wishes, func(o *wish) bool { return o == w })
	t.publish()
	if len(t.wishes) > 0 {
		return nil
	}
	for _, p := range t.heeded {
		p.proxy.Record(nil)
	}
	made := t.tap
	t.tap = nil
	return made.Close()
}

func (t *tape) publish() {
	all := slices.Clone(t.wishes)
	t.wished.Store(&all)
}

// wants reports whether anybody wants a request to be recorded. It is asked for
// each.
func (t *tape) wants(from proxy.Passage) bool {
	all := t.wished.Load()
	return all != nil && slices.ContainsFunc(*all, func(w *wish) bool { return w.wants(from) })
}

// listen has a proxy tell the tape of what goes through it, until it is let go.
func (t *tape) listen(p *proxy.Proxy) { t.heed(heeded{proxy: p}) }

// listenBefore is listen for one that stands before a server.
func (t *tape) listenBefore(s *standin) {
	t.heed(heeded{s.proxy, &limen.Route{Target: s.target}, s.endpoint.Port()})
}

func (t *tape) heed(h heeded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heeded = append(t.heeded, h)
	if t.tap != nil {
		h.proxy.Record(ear{t.tap, t.wants, h.behind})
	}
}

// standsBefore returns what a listener at a port of this process stands before.
func (t *tape) standsBefore(port uint16) (limen.Target, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.heeded {
		if h.behind != nil && h.at == port {
			return h.behind.Target, true
		}
	}
	return limen.Target{}, false
}

// letGo ends what listen has begun.
func (t *tape) letGo(p *proxy.Proxy) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heeded = slices.DeleteFunc(t.heeded, func(h heeded) bool { return h.proxy == p })
	p.Record(nil)
}

// open opens a ring of its own. The caller holds mu.
func (t *tape) open() (*tap.Tap, error) {
	dir, err := t.host.tapes()
	if err != nil {
		return nil, err
	}
	settings, _, err := t.host.config()
	if err != nil {
		return nil, err
	}
	who := &whois{host: t.host}
	made, err := tap.Open(dir, tap.Config{Size: settings.Tap.Bytes(), Now: t.host.now, Initiator: who.initiator, Tell: t.miss})
	var said *limen.Error
	if err != nil && !errors.As(err, &said) {
		next := elsewhere
		if errors.Is(err, syscall.ENOSPC) {
			next = "make room there, or say where else: set XDG_STATE_HOME"
		}
		return nil, &limen.Error{Kind: limen.Denied, What: "cannot keep what goes through", Why: err.Error(), Next: next}
	}
	return made, err
}

// miss notes what could not be kept. It is called while the tap is at work.
func (t *tape) miss(g limen.Gap) {
	t.missing.Lock()
	defer t.missing.Unlock()
	t.fault, t.faults = g, t.faults+1
}

// told is of how many faults somebody was told.
func (t *tape) told() int {
	t.missing.Lock()
	defer t.missing.Unlock()
	return t.heard
}

// missed tells somebody who has heard of so many faults what could not be kept since,
// and of how many they have heard now; nil if all could.
func (t *tape) missed(heard int) (*limen.Gap, int) {
	t.missing.Lock()
	defer t.missing.Unlock()
	if t.heard = t.faults; heard == t.faults {
		return nil, heard
	}
	g := t.fault
	return &g, t.faults
}

// record records what goes through names until ctx ends, where that is to be done
// always.
func (b *harbour) record(ctx context.Context) {
	if !b.settings.Tap.IsAlways() {
		return
	}
	names, err := b.host.ignored()
	w := &wish{all: true, names: names}
	if err == nil {
		_, err = b.host.tape.use(w)
	}
	if err != nil {
		b.miss(limen.Gap{What: "requests that go through names", Why: err.Error(), Next: "limen config"})
		return
	}
	<-ctx.Done()
	if err := b.host.tape.leave(w); err != nil {
		b.miss(limen.Gap{What: "the last requests that went through names", Why: err.Error()})
	}
}

// tapes is the directory where what was recorded is kept.
func (h *Host) tapes() (string, error) {
	dir, err := h.state()
	if err != nil {
		return "", &limen.Error{
			Kind: limen.Denied, What: "cannot keep what goes through", Why: err.Error(), Next: "say where: set XDG_STATE_HOME, or HOME",
		}
	}
	return filepath.Join(dir, "tap"), nil
}

// An ear is a tap as a proxy knows it.
type ear struct {
	*tap.Tap

	wants  func(proxy.Passage) bool
	behind *limen.Route // of a heeded
}

// Begin hears of a request, if anybody wants to know of it.
func (e ear) Begin(at time.Time, from proxy.Passage, head []byte) proxy.Recording {
	if e.behind != nil && (from.Route == nil || from.Route.Name == proxy.AnyOwn) {
		from.Route = e.behind // also what is refused was meant for it
	}
	if !e.wants(from) {
		return nil
	}
	if track := e.Tap.Begin(at, tap.Passage(from), head); track != nil {
		return track
	}
	return nil // and not a Recording that is a nil Track
}
