package host

import (
	"context"
	"net/netip"
	"slices"
	"sync"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/apidoc"
	"github.com/limenhq/limen/internal/sockets"
)

// A library remembers which documents services offer, so that each run of a program
// is asked once: every question is a line in somebody's log.
type library struct {
	mu      sync.Mutex // guards what follows
	shelves map[shelfMark]*shelf
}

// A shelfMark says whose documents those are.
type shelfMark struct {
	limen.ProcessID
	at       netip.AddrPort
	host     string // that it is asked for
	isSecret bool
}

// A shelf is what one service offers.
type shelf struct {
	asking sync.Mutex // held while it is asked: who comes then waits; it guards what follows
	isAll  bool
	all    []limen.Document // whose URLs are paths
}

// mostShelves are remembered; with one more all are forgotten.
const mostShelves = 256

// shelf returns where a service's documents belong.
func (l *library) shelf(mark shelfMark) *shelf {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.shelves[mark]
	if s != nil {
		return s
	}
	if l.shelves == nil || len(l.shelves) >= mostShelves {
		l.shelves = map[shelfMark]*shelf{}
	}
	s = &shelf{}
	l.shelves[mark] = s
	return s
}

// documents are what a service offers that listens at the first of some addresses where
// somebody does. If it is not known who that is, it is asked each time.
func (h *Host) documents(ctx context.Context, s apidoc.Service, places []netip.AddrPort) []limen.Document {
	url := s.URL
	s.URL = ""
	kept := &shelf{}
	for _, at := range places {
		if holder, ok := h.listens(ctx, at); ok {
			kept = h.library.shelf(shelfMark{holder, at, s.Host, s.Secret})
			break
		}
	}
	kept.asking.Lock()
	defer kept.asking.Unlock()
	if !kept.isAll {
		kept.all, kept.isAll = apidoc.Find(ctx, s)
	}
	all := slices.Clone(kept.all)
	for i := range all {
		all[i].URL = url + all[i].URL
	}
	return all
}

// listens returns who listens where a connection leads to: of several processes, the
// one that has begun first.
func (h *Host) listens(ctx context.Context, at netip.AddrPort) (first limen.ProcessID, ok bool) {
	found, _, err := h.sockets.Read(ctx, sockets.Want{Transport: limen.TCP, Port: at.Port()})
	if err != nil {
		return first, false // then nobody is known, and it is asked
	}
	isExact := func(s sockets.Socket) bool { return s.Local.Address().Unmap() == at.Addr() }
	hasExact := slices.ContainsFunc(found, isExact)
	found = slices.DeleteFunc(found, func(s sockets.Socket) bool {
		return isExact(s) != hasExact || !hasExact && !s.Local.IsWildcard()
	})
	h.sockets.FindHolders(ctx, found) // who cannot be seen is asked each time
	for _, s := range found {
		for _, holder := range s.Holders {
			p := holder.ProcessID
			if !ok || p.Birth < first.Birth || p.Birth == first.Birth && p.PID < first.PID {
				first, ok = p, true
			}
		}
	}
	return first, ok
}
