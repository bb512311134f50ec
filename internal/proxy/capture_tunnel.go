package proxy

import (
	"strings"
	"sync"
	"time"
)

// Tunnels are the upgraded connections of a proxy that go on, so that a recorder that
// comes later can hear of them.
type tunnels struct {
	mu  sync.Mutex // guards what follows; a tunnel's own may be taken while it is held
	all map[*tunnel]struct{}
}

// A tunnel is an upgraded connection for whoever records: heard from its beginning, or
// from when somebody wants to hear it. It goes on for days, and needs little memory.
type tunnel struct {
	proxy *Proxy
	from  Passage
	began time.Time // when both had agreed
	heads string    // of the request, and behind that of the answer
	asked int       // where that begins

	mu       sync.Mutex // guards what follows
	to       Recording  // nil while nobody hears it
	ways     [2]frames  // what the client says, and what it is told
	hasEnded bool
}

// tunnel has the connection that an exchange becomes recorded, as long as somebody
// wants that. It ends with its end.
func (x *exchange) tunnel(answer string) *tunnel {
	c, p := captureOf(x.w), x.p
	if c == nil {
		c = &capture{ResponseWriter: x.w, r: x.r}
	}
	asked := string(c.asking())
	t := &tunnel{proxy: p, from: passageOf(x.r, x.route), began: p.config.Now(), heads: asked + answer, asked: len(asked), to: c.hand()}
	for i := range t.ways {
		t.ways[i] = frames{isOther: !isWebSocket(x.upgrade), isHeard: t.to != nil}
	}
	p.tunnels.mu.Lock()
	defer p.tunnels.mu.Unlock()
	if p.tunnels.all == nil {
		p.tunnels.all = map[*tunnel]struct{}{}
	}
	p.tunnels.all[t] = struct{}{}
	if by := p.recorder.Load(); by != nil {
		t.join(*by) // which may have come meanwhile
	}
	return t
}

func isWebSocket(upgrade string) bool { return strings.EqualFold(upgrade, webSocket) }

// record has a recorder hear of all tunnels that it wants and nobody records. Nil ends
// the recording of all: what was recorded of them stays as it is.
func (all *tunnels) record(by Recorder) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for t := range all.all {
		if by == nil {
			t.part()
			continue
		}
		attempt(upgraded, t.proxy.config.Tell, func() error { t.join(by); return nil })
	}
}

// join begins a recording in the middle, if nobody records and the recorder wants to.
func (t *tunnel) join(by Recorder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.to != nil || t.hasEnded {
		return
	}
	if t.to = by.Begin(t.began, t.from, []byte(t.heads[:t.asked])); t.to == nil {
		return
	}
	t.to.Answered(t.began, []byte(t.heads[t.asked:]))
	t.to.Joined(t.proxy.config.Now())
	for i := range t.ways {
		t.ways[i].isHeard = false // until a message begins
	}
}

// part ends a recording, and not the tunnel.
func (t *tunnel) part() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = nil
}

// end says that it has ended; fault says what broke it off, if anything did.
func (t *tunnel) end(fault string) {
	t.proxy.tunnels.mu.Lock()
	delete(t.proxy.tunnels.all, t)
	t.proxy.tunnels.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hasEnded = true; t.to != nil {
		t.to.End(t.proxy.config.Now(), fault)
		t.to = nil
	}
}

// tie ties both ends, and hears what comes.
func (t *tunnel) tie(client, upstream end) error {
	return tie(
		&heardEnd{client, t, &t.ways[0], Recording.Asked},
		&heardEnd{upstream, t, &t.ways[1], Recording.Content},
		t.proxy.config.Tell,
	)
}

// A heardEnd is an end of a tunnel of which is heard what comes.
type heardEnd struct {
	end

	tunnel *tunnel
	way    *frames
	take   func(Recording, []byte)
}

// Read reads on.
func (e *heardEnd) Read(p []byte) (int, error) {
	n, err := e.end.Read(p)
	if n > 0 {
		e.tunnel.hear(e.way, e.take, p[:n])
	}
	return n, err
}

// hear takes a part that came one way. One that joins hears that way from a message's
// beginning on.
func (t *tunnel) hear(w *frames, take func(Recording, []byte), part []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := w.pass(part)
	if t.to == nil || !w.isHeard && at < 0 {
		return
	}
	if !w.isHeard {
		part, w.isHeard = part[at:], true
	}
	take(t.to, part)
}
