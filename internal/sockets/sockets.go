// Package sockets reads from the kernel which sockets hold which ports, and
// which processes hold the sockets.
package sockets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A Socket is one row of the kernel's tables, and what holds it.
type Socket struct {
	Local     limen.Endpoint
	Peer      netip.AddrPort // zero if it has none
	State     limen.State
	Families  []limen.Family // the IP versions it answers; for sockets that wait
	Device    string         // the interface it is tied to; empty if none
	Backlog   *limen.Backlog // of TCP listeners
	UID       uint32         // who created it; meaningless if Number is 0
	Cgroup    string         // the control group it was created in; empty if unknown or not looked up
	Number    uint64         // of its inode; 0 once no process can hold it
	Namespace limen.Namespace
	Remaining time.Duration // until the kernel forgets a closed one; 0 if no time is set
	Holders   []Holder
	Absence   Absence // why Holders is empty

	cgroup uint64 // the kernel's number of the control group; 0 if unknown
	cookie uint64 // a number that the kernel gives to no other socket until it starts anew; 0 if unknown
}

// A Holder is a process that holds a socket, or may.
type Holder struct {
	limen.ProcessID
	Proof limen.Proof
}

// Absence says why nobody is known to hold a socket.
type Absence uint8

const (
	NotAbsent Absence = iota // somebody is known, or nobody was looked for
	Hidden                   // processes that may hold it may not be looked into
	Outside                  // every process of this PID namespace was looked into: it is held outside
	Nobody                   // every process of the machine was looked into
)

// Want says which sockets are meant. The zero value means all that wait.
type Want struct {
	Transport   limen.Transport           // zero means both
	Port        uint16                    // if not 0, the kernel looks for this local port alone
	Match       func(limen.Endpoint) bool // nil means any local endpoint
	Connections bool                      // also those with a peer, and those bound but not listening
}

// keeps reports whether s is meant.
func (w Want) keeps(s Socket) bool {
	switch {
	case s.Local.Port() == 0: // a UDP socket that nobody has bound yet
		return false
	case w.Port != 0 && s.Local.Port() != w.Port:
		return false
	case !w.Connections && s.State != limen.Listening && s.State != limen.Open:
		return false
	}
	return w.Match == nil || w.Match(s.Local)
}

// transports are the transports that are meant.
func (w Want) transports() []limen.Transport {
	if w.Transport != 0 {
		return []limen.Transport{w.Transport}
	}
	return []limen.Transport{limen.TCP, limen.UDP}
}

// A Reader reads sockets. Its zero value reads those of this machine, and
// remembers nothing. It may be used by several goroutines at once.
type Reader struct {
	Proc string // where procfs is mounted; empty means /proc

	// Memory, if not empty, is the file in which the holders are kept that a
	// look at all processes has shown, for questions of the next two minutes.
	// FindHolders then misses, for that time, an older process that was sent a
	// socket. Whoever must know everyone leaves it empty.
	Memory string

	// Found, if not nil, is told of holders while FindHolders looks for
	// others, so that time is not lost. It is called by one goroutine at a
	// time, may be told twice, and is not told of everyone: what counts is
	// what FindHolders fills in.
	Found func(limen.ProcessID)

	pays  int                                        // from how many processes on something is remembered; 0 means 256
	tried func(t limen.Task, name string, err error) // told of each way that was taken; nil for nobody
}

// note tells whoever wants to know what came of a way.
func (r Reader) note(t limen.Task, name string, err error) {
	if r.tried != nil {
		r.tried(t, name, err)
	}
}

func (r Reader) proc() string {
	if r.Proc == "" {
		return "/proc"
	}
	return r.Proc
}

// A source is one way to read the tables. Each operating system lists its
// own, best first, in the variable sources. A source that cannot work here
// returns an error wrapping errors.ErrUnsupported.
type source struct {
	name string
	read func(context.Context, Reader, Want) ([]Socket, []limen.Gap, error)
}

// A finder is one way to find the processes that hold sockets. Each operating
// system lists its own, best first, in the variable finders. One that returns
// an error may have reported some holders, but never a wrong one.
type finder struct {
	name string
	find func(context.Context, Reader, *search) error
}

// Read returns the sockets of this network namespace that are meant, sorted
// by endpoint, with nobody looked for yet. It returns an error wrapping
// errors.ErrUnsupported where no source works.
func (r Reader) Read(ctx context.Context, w Want) ([]Socket, []limen.Gap, error) {
	socks, gaps, err := r.read(ctx, w)
	return tidy(socks, w), gaps, err
}

// read is Read as the source gives it: also what is not meant, in any order,
// and perhaps twice.
func (r Reader) read(ctx context.Context, w Want) ([]Socket, []limen.Gap, error) {
	reasons := []error{fmt.Errorf("%w: no way to read the sockets of this system is known", errors.ErrUnsupported)}
	for i, s := range sources {
		socks, gaps, err := s.read(ctx, r, w)
		r.note(limen.TaskSockets, s.name, err)
		if err == nil {
			return socks, gaps, nil
		}
		if i == 0 {
			reasons = nil
		}
		reasons = append(reasons, fmt.Errorf("%s: %w", s.name, err))
	}
	return nil, nil, errors.Join(reasons...)
}

// tidy keeps what is meant, each socket once, in the order of endpoints. A
// row can repeat while the table changes under us; the kernel's number of the
// socket tells the copies apart.
func tidy(socks []Socket, w Want) []Socket {
	socks = slices.DeleteFunc(socks, func(s Socket) bool { return !w.keeps(s) })
	slices.SortStableFunc(socks, func(a, b Socket) int {
		if c := a.Local.Compare(b.Local); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.Number, b.Number), a.Peer.Compare(b.Peer))
	})
	return slices.CompactFunc(socks, func(a, b Socket) bool {
		return a.Number == b.Number && a.Local == b.Local && a.Peer == b.Peer && a.Namespace == b.Namespace && a.State == b.State
	})
}

// FindHolders finds every process that holds one of the sockets, and fills in
// Holders, or Absence where nobody is found. A socket that the source knew
// the holders of already is left as it is.
func (r Reader) FindHolders(ctx context.Context, socks []Socket) []limen.Gap {
	s := newSearch(socks)
	if len(s.wanted) == 0 {
		return nil
	}
	s.tell = r.Found
	return r.find(ctx, s)
}

// find is FindHolders for a search.
func (r Reader) find(ctx context.Context, s *search) []limen.Gap {
	var gaps []limen.Gap
	for _, f := range finders {
		err := f.find(ctx, r, s)
		r.note(limen.TaskHolders, f.name, err)
		if err == nil {
			return append(gaps, s.settle(ctx, r)...)
		}
		if ctx.Err() == nil && !errors.Is(err, errors.ErrUnsupported) {
			gaps = append(gaps, limen.Gap{What: "a way to the owners, " + f.name, Why: err.Error()})
		}
	}
	s.partial = true
	return append(gaps, s.settle(ctx, r)...)
}

// ReadElsewhere returns the sockets of the other network namespaces of this
// machine that are meant, and a gap for those that could not be entered.
func (r Reader) ReadElsewhere(ctx context.Context, w Want) ([]Socket, []limen.Gap) {
	return readElsewhere(ctx, r, w)
}
