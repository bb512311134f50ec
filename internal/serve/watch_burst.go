package serve

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

const (
	settleTime  = 15 * time.Millisecond // editors write in several steps, with less between them
	mostSettles = 10                    // after which a burst is told of even though more happens
	mostNamed   = 256                   // files of one change; a build writes thousands
)

// A burst gathers what happens until nothing does for a moment, so that a save
// is one change however an editor writes it.
type burst struct {
	root   string
	settle time.Duration // how long nothing must happen; 0 means settleTime

	paths   map[string]bool
	more    bool        // than is named in paths
	settled *time.Timer // nil while nothing happened
	overdue *time.Timer
}

// add puts a file or folder into the burst, by its path on this system.
func (b *burst) add(path string) {
	relative, err := filepath.Rel(b.root, path)
	if err != nil {
		b.more = true
	} else {
		b.name("/" + filepath.ToSlash(relative))
	}
	b.start()
}

// name puts the path of a URL into the burst.
func (b *burst) name(path string) {
	switch {
	case b.paths == nil:
		b.paths = map[string]bool{path: true}
	case len(b.paths) >= mostNamed && !b.paths[path]:
		b.more = true
	default:
		b.paths[path] = true
	}
}

// addMore notes that something happened, and nobody knows what.
func (b *burst) addMore() {
	b.more = true
	b.start()
}

func (b *burst) start() {
	settle := cmp.Or(b.settle, settleTime)
	if b.settled == nil {
		b.settled, b.overdue = time.NewTimer(settle), time.NewTimer(mostSettles*settle)
		return
	}
	b.settled.Reset(settle)
}

// ends are when the burst is over, and when it must be told of anyway.
func (b *burst) ends() (settled, overdue <-chan time.Time) {
	if b.settled == nil {
		return nil, nil
	}
	return b.settled.C, b.overdue.C
}

// take empties the burst.
func (b *burst) take() change {
	c := change{Paths: slices.Sorted(maps.Keys(b.paths)), More: b.more}
	*b = burst{root: b.root, settle: b.settle}
	return c
}
