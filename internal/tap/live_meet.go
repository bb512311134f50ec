package tap

import (
	"maps"
	"slices"
)

// meet takes in who has come to watch, and who has gone. Newcomers are told of the
// requests that go on, whose messages they hear from now on.
func (l *live) meet() {
	came := l.tap.takeNewcomers()
	l.isWatched = l.tap.isWatched.Load()
	if are := l.tap.areFrames.Load(); are != l.areFrames {
		l.areFrames = are
		for _, s := range l.stories {
			s.heed(are)
		}
	}
	if len(came) == 0 || len(l.stories) == 0 {
		return
	}
	now := l.tap.config.Now()
	for _, s := range l.goOn() {
		x := s.exchange
		x.Total = now.Sub(x.Time)
		if l.tap.people != nil {
			x.Initiator, _ = l.tap.people.of(x.Client)
		}
		for _, w := range came {
			w.exchange(x)
		}
	}
}

// goOn are the requests of which nobody will be told anew that they go on, the oldest
// first. Some may have ended, and the disk had no room for that.
func (l *live) goOn() (all []*story) {
	for _, number := range l.tap.underWay() {
		if s := l.stories[number]; s != nil && s.isLong {
			all = append(all, s)
		}
	}
	return all
}

// forget lets go of requests that have ended without that being seen, as on a full disk.
// Nobody who watches may lose their end, so it is called while nobody does.
func (l *live) forget() {
	goesOn := map[uint64]bool{}
	for _, number := range l.tap.underWay() {
		goesOn[number] = true
	}
	maps.DeleteFunc(l.stories, func(number uint64, _ *story) bool { return !goesOn[number] })
	l.slow = slices.DeleteFunc(l.slow, func(s *story) bool { return !goesOn[s.number] })
}

// underWay are the numbers of the requests that have not ended, the oldest first.
func (t *Tap) underWay() (all []uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k := t.open.first; k != nil; k = k.next {
		all = append(all, k.number)
	}
	return all
}

// takeNewcomers returns who has come to watch since that was asked.
func (t *Tap) takeNewcomers() []*watcher {
	t.watching.Lock()
	defer t.watching.Unlock()
	came := t.newcomers
	t.newcomers = nil
	return came
}
