package tap

import (
	"fmt"
	"time"

	"github.com/limenhq/limen"
)

// patience is how long what is little waits for more to be written with it.
const patience = 50 * time.Millisecond

// pump writes what the tracks hand over, until the tap is closed.
func (t *Tap) pump() {
	p := pump{tap: t, live: newLive(t)}
	timer := time.NewTimer(patience)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-t.wake:
		case <-t.full:
			p.drain(false)
		case <-t.ctx.Done():
			for p.tick(true) { // what had no room has it now
			}
			return
		}
		for t.isAwake.Load() {
			timer.Reset(patience)
			p.await(timer)
		}
	}
}

// A pump is what the goroutine that writes knows.
type pump struct {
	tap      *Tap
	live     *live
	tracks   []*Track
	hasFault bool // nothing can be written, which was told
}

// await writes what is full, until it is time to write all.
func (p *pump) await(timer *time.Timer) {
	for {
		select {
		case <-p.tap.full:
			p.drain(false)
		case <-timer.C:
			p.tick(false)
			return
		case <-p.tap.ctx.Done():
			p.tap.isAwake.Store(false)
			return
		}
	}
}

// tick writes all there is, but for what has just begun and may end soon. It reports
// whether something waits for room.
func (p *pump) tick(isLast bool) (waits bool) {
	t := p.tap
	t.isAwake.Store(false)
	before := t.config.Now().Add(-patience).UnixNano()
	isYoung := false
	t.mu.Lock()
	for k := t.open.first; k != nil; k = k.next {
		if isYoung = !isLast && k.begun > before; isYoung {
			break // and all that follow are younger
		}
		p.tracks = append(p.tracks, k)
	}
	t.mu.Unlock()
	for _, k := range p.tracks {
		if k.sweep() {
			waits = true
		}
	}
	clear(p.tracks)
	p.tracks = p.tracks[:0]
	t.ring.isSure = false
	if p.drain(true) <= 1 {
		t.mu.Lock()
		t.spool.shrink()
		t.mu.Unlock()
	}
	if p.live.flush() || waits || isYoung {
		t.isAwake.Store(true)
	}
	return waits
}

// drain writes batches, those that are full or all, and returns how many.
func (p *pump) drain(all bool) (written int) {
	t := p.tap
	for ; ; written++ {
		t.mu.Lock()
		b := t.spool.next(all)
		missed := t.spool.missed
		t.mu.Unlock()
		if b == nil {
			return written
		}
		err := t.ring.write(b, missed)
		p.say(err)
		if err == nil {
			p.live.take(b.bytes[blockHead:])
		}
		t.mu.Lock()
		if err != nil {
			t.spool.missed += b.begun
		}
		t.spool.give(b)
		t.mu.Unlock()
	}
}

// say tells once that nothing can be kept.
func (p *pump) say(err error) {
	if err != nil && !p.hasFault {
		p.tap.config.Tell(limen.Gap{
			What: "requests that go through limen",
			Why:  fmt.Sprintf("they cannot be written: %v", err),
			Next: "make room on the disk; until then they pass, and are not kept",
		})
	}
	p.hasFault = err != nil
}
