package serve

import (
	"sync"

	"github.com/limenhq/limen"
)

// A teller tells what happens, one thing at a time.
type teller struct {
	mu sync.Mutex // held while something is told
	to func(limen.Served)
}

// notice tells a person something they should know.
func (s *Site) notice(n limen.Notice) {
	s.tell.say(limen.Served{Time: s.now().UTC(), Kind: limen.ServedNotice, Notice: &n})
}

func (t *teller) say(item limen.Served) {
	if t.to == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to(item)
}
