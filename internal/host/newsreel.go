package host

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
)

// mostUntold is how many items wait to be told. A page with all its files is a
// few hundred requests.
const mostUntold = 4096

// A newsreel keeps what a server tells until somebody takes it. The server
// never waits for them: a terminal whose text is being marked takes nothing,
// and pages must load all the same.
type newsreel struct {
	items  chan limen.Served
	missed atomic.Int64
}

// put keeps an item, if there is room for it.
func (n *newsreel) put(item limen.Served) {
	select {
	case n.items <- item:
	default:
		n.missed.Add(1)
	}
}

// tell hands the items to next, until next fails or the server has ended.
func (n *newsreel) tell(now func() time.Time, ended <-chan struct{}, next func(limen.Served) error) error {
	for {
		select {
		case item := <-n.items:
			if err := next(item); err != nil {
				return err
			}
			if err := n.tellMissed(now, next); err != nil {
				return err
			}
		case <-ended:
			for {
				select {
				case item := <-n.items:
					if err := next(item); err != nil {
						return err
					}
				default:
					return nil
				}
			}
		}
	}
}

// tellMissed says how many items there was no room for.
func (n *newsreel) tellMissed(now func() time.Time, next func(limen.Served) error) error {
	if n.missed.Load() == 0 || len(n.items) > 0 {
		return nil
	}
	return next(limen.Served{Time: now().UTC(), Kind: limen.ServedNotice, Notice: &limen.Notice{
		What: fmt.Sprintf("%d requests were answered and are not shown", n.missed.Swap(0)),
		Why:  "they came faster than they could be written",
		Next: "--quiet shows none of them",
	}})
}
