package host

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/sockets"
)

// A whois finds out whose the connections of this machine are that come to a
// listener of limen's own. It may be used by several goroutines.
type whois struct {
	host     *Host
	patience time.Duration // for one connection: who is gone by then is not found; zero means enquiry

	mu     sync.Mutex        // guards what follows
	recent []limen.ProcessID // who has asked lately, the last one first: mostly that is who asks next
	last   acquaintance
	people *people   // who knows their relatives and projects; nil for nobody yet
	since  time.Time // when they were asked first
}

const (
	mostRecent = 16
	enquiry    = 300 * time.Millisecond
	gossip     = time.Second // what is known of others is believed for: mostly the next one has the same parent
)

// initiator returns the process at the other end of a connection; nil if that is
// not known: it is gone, another user's, or on another machine. Of one that has ended
// when it was just found there is its name, and no more.
func (w *whois) initiator(ctx context.Context, client, here netip.AddrPort) *limen.Process {
	client, here = unmapped(client), unmapped(here)
	if !client.Addr().IsLoopback() && client.Addr() != here.Addr() {
		return nil // the other end is in no table of this machine
	}
	ctx, stop := context.WithTimeout(ctx, cmp.Or(w.patience, enquiry))
	defer stop()
	found, ok := w.host.sockets.FindInitiator(ctx, client, here, w.likely())
	if !ok {
		return nil
	}
	if process := w.known(found); process != nil {
		return process
	}
	process := w.describe(ctx, found)
	w.note(found, process)
	return process
}

// An acquaintance is who was found last, and with which sockets. Who opens one
// connection mostly opens more.
type acquaintance struct {
	since   time.Time
	found   sockets.Initiator
	process *limen.Process // nobody may change it
	holders map[uint64]*sockets.Initiator
}

// known returns what was read of a process a moment ago; nil if nothing was.
func (w *whois) known(found sockets.Initiator) *limen.Process {
	w.mu.Lock()
	defer w.mu.Unlock()
	if found.ProcessID != w.last.found.ProcessID || w.host.now().Sub(w.last.since) > gossip {
		return nil
	}
	w.hold(found)
	return w.last.process
}

// hold notes which sockets the last one holds. It is called with the lock held.
func (w *whois) hold(found sockets.Initiator) {
	if len(found.Sockets) == 0 {
		return
	}
	w.last.holders = make(map[uint64]*sockets.Initiator, len(found.Sockets))
	one := &sockets.Initiator{ProcessID: found.ProcessID, Name: found.Name}
	for _, number := range found.Sockets {
		w.last.holders[number] = one
	}
}

// describe reads who that is.
func (w *whois) describe(ctx context.Context, found sockets.Initiator) *limen.Process {
	who := &person{}
	switch w.acquainted().read(ctx, found.ProcessID, who); {
	case who.err == nil:
		return &who.facts.Process
	case found.Name == "":
		return nil
	}
	return &limen.Process{ProcessID: found.ProcessID, Name: found.Name}
}

// acquainted returns who knows what was found out in the last second.
func (w *whois) acquainted() *people {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.host.now(); w.people == nil || now.Sub(w.since) > gossip {
		w.people, w.since = w.host.newPeople(false), now
	}
	return w.people
}

// unmapped is an address as the other family would not write it.
func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// likely returns with whom a search begins.
func (w *whois) likely() sockets.Likely {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := sockets.Likely{Processes: slices.Clone(w.recent)}
	if w.host.now().Sub(w.last.since) <= gossip {
		l.Holders = w.last.holders // which nobody changes, only another one takes its place
	}
	return l
}

// note remembers who has asked.
func (w *whois) note(found sockets.Initiator, process *limen.Process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = acquaintance{since: w.host.now(), found: found, process: process}
	w.hold(found)
	id := found.ProcessID
	w.recent = slices.DeleteFunc(w.recent, func(o limen.ProcessID) bool { return o == id })
	w.recent = slices.Insert(w.recent, 0, id)
	w.recent = w.recent[:min(len(w.recent), mostRecent)]
}
