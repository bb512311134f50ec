package host

import (
	"errors"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// A terminal whose text is being marked takes nothing, and the server must go
// on all the same.
func TestANewsreelKeepsNobodyWaitingAndCountsWhatItDropped(t *testing.T) {
	n := &newsreel{items: make(chan limen.Served, 2)}
	for range 5 {
		n.put(limen.Served{Kind: limen.ServedRequest})
	}
	var told []limen.Served
	ended := make(chan struct{})
	err := n.tell(time.Now, ended, func(item limen.Served) error {
		if told = append(told, item); len(told) == 3 {
			close(ended)
		}
		return nil
	})
	if err != nil || len(told) != 3 || told[2].Notice == nil || told[2].Notice.What != "3 requests were answered and are not shown" {
		t.Errorf("told %+v, %v; want two requests, and that three are missing", told, err)
	}
}

func TestANewsreelTellsWhatIsLeftWhenTheServerHasEnded(t *testing.T) {
	n := &newsreel{items: make(chan limen.Served, 2)}
	n.put(limen.Served{Kind: limen.ServedRequest})
	ended := make(chan struct{})
	close(ended)
	told := 0
	if err := n.tell(time.Now, ended, func(limen.Served) error { told++; return nil }); err != nil || told != 1 {
		t.Errorf("told %d, %v", told, err)
	}
}

func TestANewsreelEndsWithWhoeverListens(t *testing.T) {
	n := &newsreel{items: make(chan limen.Served, 2)}
	n.put(limen.Served{Kind: limen.ServedRequest})
	gone := errors.New("nobody listens")
	if err := n.tell(time.Now, make(chan struct{}), func(limen.Served) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("it ended with %v", err)
	}
}
