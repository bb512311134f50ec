package host

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
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

	mu      sync.Mutex     // guards what follows
	tap     *tap.Tap       // nil while nobody wants to see anything
	wishes  []*wish        // of those who do
	proxies []*proxy.Proxy // that tell it

	missing sync.Mutex  // guards what follows; it may be taken while mu is held
	gaps    []limen.Gap // what could not be kept
}

// A wish is what somebody wants to be recorded. But for the client, nobody
// changes it.
type wish struct {
	names   map[string]bool // of routes
	all     bool            // all but these names
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
	return w.names[r.Name] != w.all || slices.ContainsFunc(w.targets, func(t limen.Target) bool { return endsAt(*r, t) })
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
		for _, p := range t.proxies {
			p.Record(ear{made, t.wants})
		}
	}
	t.wishes = append(t.wishes, w)
	t.publish()
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
	for _, p := range t.proxies {
		p.Record(nil)
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
func (t *tape) listen(p *proxy.Proxy) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.proxies = append(t.proxies, p)
	if t.tap != nil {
		p.Record(ear{t.tap, t.wants})
	}
}

// letGo ends what listen has begun.
func (t *tape) letGo(p *proxy.Proxy) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.proxies = slices.DeleteFunc(t.proxies, func(o *proxy.Proxy) bool { return o == p })
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
		return nil, &limen.Error{Kind: limen.Denied, What: "cannot keep what goes through", Why: err.Error(), Next: "make room there, or say where else: set XDG_STATE_HOME"}
	}
	return made, err
}

// miss notes what could not be kept. It is called while the tap is at work.
func (t *tape) miss(g limen.Gap) {
	t.missing.Lock()
	defer t.missing.Unlock()
	all := gapSet{t.gaps}
	all.add(g)
	t.gaps = all.list
}

// missed returns what could not be kept since it was asked last.
func (t *tape) missed() []limen.Gap {
	t.missing.Lock()
	defer t.missing.Unlock()
	all := t.gaps
	t.gaps = nil
	return all
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

	wants func(proxy.Passage) bool
}

// Begin hears of a request, if anybody wants to know of it.
func (e ear) Begin(at time.Time, from proxy.Passage, head []byte) proxy.Recording {
	if !e.wants(from) {
		return nil
	}
	if r := from.Route; r != nil && r.Name == proxy.AnyOwn {
		nameless := *r
		nameless.Name = "" // it has none; the listener stands for it
		from.Route = &nameless
	}
	if track := e.Tap.Begin(at, tap.Passage(from), head); track != nil {
		return track
	}
	return nil // and not a Recording that is a nil Track
}
