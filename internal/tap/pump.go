package tap

import (
	"fmt"
	"time"

	"github.com/limenhq/limen"
)

// patience is how long what is little waits for more to be written with it.
const patience = 50 * time.Millisecond

// quietMost is how many ticks batches are kept for what comes: one made anew after each
// short pause is so much garbage that the heap grows by half. It is a second.
const quietMost = 20

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
	written  int  // batches since the tick before
	quiet    int  // ticks, one after another, in which there was one at most
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
	p.drain(true)
	mayShrink := p.rest()
	if p.live.flush() || waits || isYoung || mayShrink {
		t.isAwake.Store(true)
	}
	return waits
}

// rest lets go of batches when little has been written for a while, and reports whether
// that is still to come.
func (p *pump) rest() (mayShrink bool) {
	if p.quiet++; p.written > 1 {
		p.quiet = 0
	}
	p.written = 0
	t := p.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.quiet >= quietMost {
		t.spool.shrink()
	}
	return len(t.spool.spare) > 1
}

// drain writes batches, those that are full or all.
func (p *pump) drain(all bool) {
	t := p.tap
	for ; ; p.written++ {
		t.mu.Lock()
		b := t.spool.next(all)
		missed := t.spool.missed
		t.mu.Unlock()
		if b == nil {
			return
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
