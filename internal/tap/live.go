package tap

import (
	"slices"
	"time"

	"github.com/limenhq/limen"
)

const (
	soon       = time.Second // a request that takes longer is told of before it ends
	asksMost   = 8           // ticks that a request is not told of, because its process is being looked for
	lookMost   = 2000        // requests that are looked at in a second; nobody reads so many, and each takes time that the traffic needs
	storiesMax = 10_000      // requests under way that are remembered
	unsaidMost = 16 << 20    // bytes of messages that have not come whole: the more requests there are, the less is kept of each
)

// Live is what the pump tells watchers. It belongs to the pump.
type live struct {
	tap     *Tap
	stories map[uint64]*story
	slow    []*story // those under way that nobody was told of, the oldest first
	waiting []news   // to be told, in this order
	person  []byte   // room for what says whose a connection is
	left    float64  // requests that may be looked at now
	since   time.Time
	missed  int64 // as it was told
	unshown int64 // requests that were not looked at, which is to be told

	isWatched, areFrames bool // as it was known last
}

// News is something that is told when it is known whose it is.
type news struct {
	exchange limen.Exchange
	frame    *limen.Frame // if it is a message
	waits    int          // ticks that it may wait
}

func newLive(t *Tap) *live {
	return &live{tap: t, stories: map[uint64]*story{}, left: lookMost, since: t.config.Now(), missed: t.Missed()}
}

// take takes pieces that were written. While nobody watches, only requests that go on
// are followed, for whoever comes: most are one piece, and cost nothing.
func (l *live) take(pieces []byte) {
	l.meet()
	for len(pieces) > 0 {
		p, rest, err := parsePiece(pieces)
		if err != nil {
			return
		}
		pieces = rest
		if p.number == 0 {
			continue
		}
		if p.sequence == 0 && l.tap.people != nil {
			l.greet(p)
		}
		if l.isWatched || p.sequence > 0 || !p.isLast {
			l.follow(p)
		}
	}
}

// greet keeps whose a request is, or has that looked for.
func (l *live) greet(p piece) {
	client, here, at, ok := clientOf(p)
	if !ok {
		return
	}
	if say := l.tap.people.use(l.person, client, here, at, l.tap.ring.serial); say != nil {
		l.tap.keepPerson(say)
		l.person = say
	}
}

// follow takes a piece of a request.
func (l *live) follow(p piece) {
	s := l.stories[p.number]
	if s == nil {
		if p.sequence > 0 {
			return // its beginning was not looked at
		}
		if !l.may() || len(l.stories) >= storiesMax {
			l.unshown++
			return
		}
		s = newStory(l.tap.ID(p.number), p.number, l.areFrames, nil)
		s.request.keeps, s.answer.keeps = false, false // nobody is told bodies
		s.most = min(bodyMost, unsaidMost/(len(l.stories)+1))
		s.frame = func(f limen.Frame) { l.hear(s, f) }
		l.stories[p.number] = s
		l.slow = append(l.slow, s) // before its messages are told, of which there may be some already
	}
	s.take(p)
	if p.isLast {
		delete(l.stories, p.number)
		l.say(s)
	}
	if s.isStream() && !s.hasEnded {
		l.hasten(s)
	}
}

// may reports whether there is time to look at one more.
func (l *live) may() bool {
	now := l.tap.config.Now()
	l.left, l.since = min(lookMost, l.left+lookMost*max(0, now.Sub(l.since).Seconds())), now
	if l.left < 1 {
		return false
	}
	l.left--
	return true
}

// hasten tells of a request that is under way, once.
func (l *live) hasten(s *story) {
	if i := slices.Index(l.slow, s); i >= 0 {
		l.slow = slices.Delete(l.slow, i, i+1)
		s.isLong = true
		l.say(s)
	}
}

// hear tells of a message.
func (l *live) hear(s *story, f limen.Frame) {
	l.hasten(s)
	if !s.keeps || !l.isWatched {
		return // nobody asked for it
	}
	f.Body = slices.Clone(f.Body)
	l.waiting = append(l.waiting, news{frame: &f})
}

// say tells of a request as it is now.
func (l *live) say(s *story) {
	if !l.isWatched {
		return
	}
	l.waiting = append(l.waiting, news{exchange: s.exchange, waits: asksMost})
}

// flush tells what can be told, and reports whether there is more, or may soon be.
func (l *live) flush() bool {
	l.meet()
	now := l.tap.config.Now()
	l.slow = slices.DeleteFunc(l.slow, func(s *story) bool { return !s.exchange.Open })
	for len(l.slow) > 0 && now.Sub(l.slow[0].exchange.Time) >= soon {
		s := l.slow[0]
		s.exchange.Total = now.Sub(s.exchange.Time)
		l.hasten(s)
	}
	if !l.isWatched {
		l.waiting, l.unshown = nil, 0
		if len(l.stories) >= storiesMax/2 {
			l.forget()
		}
		return false
	}
	told := 0
	for told < len(l.waiting) && l.isKnown(&l.waiting[told]) {
		l.tell(&l.waiting[told])
		told++
	}
	l.waiting = slices.Delete(l.waiting, 0, told)
	l.miss()
	return len(l.waiting) > 0 || len(l.slow) > 0
}

// isKnown reports whether something can be told: it is known whose it is, or that
// that is not to be found out.
func (l *live) isKnown(n *news) bool {
	if n.frame != nil || l.tap.people == nil {
		return true
	}
	found, isAsked := l.tap.people.of(n.exchange.Client)
	n.exchange.Initiator = found
	n.waits--
	return !isAsked || n.waits < 0
}

// tell tells all who watch.
func (l *live) tell(n *news) {
	l.tap.watching.Lock()
	defer l.tap.watching.Unlock()
	for w := range l.tap.watchers {
		if n.frame != nil {
			w.frame(*n.frame)
		} else {
			w.exchange(n.exchange)
		}
	}
}

// miss tells how many were not kept since, and how many not looked at.
func (l *live) miss() {
	missed, unshown := l.tap.Missed(), l.unshown
	n := missed - l.missed
	if l.missed, l.unshown = missed, 0; n == 0 && unshown == 0 {
		return
	}
	l.tap.watching.Lock()
	defer l.tap.watching.Unlock()
	for w := range l.tap.watchers {
		w.miss(n, unshown)
	}
}
