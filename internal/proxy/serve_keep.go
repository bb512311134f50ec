package proxy

import (
	"context"
	"time"
)

// A phase is what a client on the short way is at, which decides how long it may take.
type phase int64

const (
	phaseOther phase = iota // somebody else sees to it, or nobody has to
	phaseIdle               // nothing has come of its next request
	phaseHead               // a head is on its way
	phaseWait               // it waits for a part of its answer
	phaseGive               // it is taking one
	phaseBits  = 3
)

// enter notes that a phase begins.
func (g *guest) enter(p phase) {
	g.turn.Store(g.crowd.clock.Load()&^(1<<phaseBits-1) | int64(p))
}

// phase is the one that it is in.
func (g *guest) phase() phase { return phase(g.turn.Load() & (1<<phaseBits - 1)) }

// A keeper moves the clock of a crowd while there is anybody, and looks now and then
// whether somebody takes too long: that is cheaper than a deadline for each.
type keeper struct {
	crowd  *crowd
	sorter *sorter
	often  time.Duration // between two looks
}

const (
	longestLook = 100 * time.Millisecond
	sleepyLook  = time.Second // where all are idle
)

func (f *front) newKeeper() *keeper {
	l := f.sorter.limits
	return &keeper{f.crowd, f.sorter, max(time.Millisecond, min(longestLook, l.head/8, l.idle/8, l.stall/8, f.sorter.body/8))}
}

// run runs until ctx ends.
func (k *keeper) run(ctx context.Context) {
	pause := k.often
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		all, anyBusy := k.look()
		switch {
		case all == 0:
			select {
			case <-ctx.Done():
				return
			case <-k.crowd.entered:
			}
			pause = k.often
		case anyBusy:
			pause = k.often
		default:
			pause = max(k.often, min(2*pause, sleepyLook*k.often/longestLook))
		}
		timer.Reset(pause)
	}
}

// look looks at all guests once.
func (k *keeper) look() (all int, anyBusy bool) {
	c := k.crowd
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now().UnixNano()
	c.clock.Store(now)
	for g := range c.all {
		anyBusy = anyBusy || g.busy.Load() != 0 || !g.isOld.Load()
		if h := g.hot.Load(); h != nil {
			k.judge(g, h, now)
		}
	}
	c.isAsleep = len(c.all) == 0
	return len(c.all), anyBusy
}

// wakeKeeper is called with the lock held, when somebody has entered.
func (c *crowd) wakeKeeper() {
	if c.isAsleep {
		c.isAsleep = false
		c.entered <- struct{}{} // there is room for one, and one sleeps
	}
}

// judge looks whether one takes too long.
func (k *keeper) judge(g *guest, h *hot, now int64) {
	turn := g.turn.Load()
	took := time.Duration(now - turn&^(1<<phaseBits-1))
	switch phase(turn & (1<<phaseBits - 1)) {
	case phaseIdle:
		if took > k.sorter.limits.idle {
			k.crowd.sendAway(g)
		}
	case phaseHead:
		if took > k.sorter.limits.head {
			g.Conn.SetReadDeadline(time.Unix(1, 0)) // who reads decides what that means
		}
	case phaseWait:
		if took >= k.often {
			h.reading.watch(h)
		}
	case phaseGive:
		if took > k.sorter.limits.stall {
			g.Conn.Close()
		}
	}
	if since := h.reading.since.Load(); since != 0 && time.Duration(now-since) > k.sorter.body {
		g.Conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// isLate reports whether a phase takes too long.
func (h *hot) isLate(p phase) bool {
	limits := map[phase]time.Duration{phaseHead: h.sorter.limits.head, phaseIdle: h.sorter.limits.idle}
	turn := h.guest.turn.Load()
	took := time.Duration(h.guest.crowd.clock.Load() - turn&^(1<<phaseBits-1))
	return phase(turn&(1<<phaseBits-1)) == p && took > limits[p]
}
