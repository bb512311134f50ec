package sockets

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/limenhq/limen"
)

// A search is for the holders of some sockets.
type search struct {
	socks  []Socket
	wanted map[uint64]int // index of the first socket with that number, or behind the last for those to remember only
	tell   func(limen.ProcessID)

	closed  []int // PIDs of processes that may not be looked into
	blind   bool  // processes may exist that cannot even be seen
	partial bool  // not every process was come to

	lesson *lesson // what there is to remember; nil for nothing
}

// A lesson is what a look at all processes gives to remember for the next.
type lesson struct {
	memory
	roll []presence // who was there before looking began
}

// newSearch returns a search for all of socks that a process can hold.
func newSearch(socks []Socket) *search {
	s := &search{socks: socks, wanted: make(map[uint64]int, len(socks))}
	for i, k := range socks {
		if k.Number == 0 || len(k.Holders) > 0 {
			continue
		}
		// The subflows of an MPTCP socket are rows of their own with the one
		// number by which processes hold it (mptcp_subflow_create_socket of
		// net/mptcp/subflow.c).
		if _, again := s.wanted[k.Number]; !again {
			s.wanted[k.Number] = i
		}
	}
	return s
}

// found notes that a process holds the socket with index i.
func (s *search) found(i int, id limen.ProcessID) {
	for _, h := range s.socks[i].Holders {
		if h.ProcessID == id {
			return // a second descriptor of it
		}
	}
	s.socks[i].Holders = append(s.socks[i].Holders, Holder{id, limen.Proved})
	if s.tell != nil {
		s.tell(id)
	}
}

// foundAt is found by a certain descriptor.
func (s *search) foundAt(i int, g grip) {
	if i < len(s.socks) {
		s.found(i, g.id())
	}
	if s.lesson != nil {
		s.lesson.grips = append(s.lesson.grips, g)
	}
}

// renew looks also for the sockets of an older memory, so that a question about
// a few does not make limen forget the others.
func (s *search) renew(old memory) {
	for _, g := range old.grips {
		if _, known := s.wanted[g.socket]; !known {
			s.wanted[g.socket] = len(s.socks) // is nobody's question
		}
	}
}

// complete reports whether somebody is known to hold every socket.
func (s *search) complete() bool {
	for _, i := range s.wanted {
		if i < len(s.socks) && len(s.socks[i].Holders) == 0 {
			return false
		}
	}
	return true
}

// settle orders the holders, says why some sockets have none, and looks for
// candidates where rights are what is missing.
func (s *search) settle(ctx context.Context, r Reader) []limen.Gap {
	var unheld []int
	for i := range s.socks {
		k := &s.socks[i]
		if first, ok := s.wanted[k.Number]; ok && first != i && len(k.Holders) == 0 {
			k.Holders = slices.Clone(s.socks[first].Holders)
		}
		slices.SortFunc(k.Holders, func(a, b Holder) int { return cmp.Compare(a.PID, b.PID) })
		if k.Number != 0 && len(k.Holders) == 0 {
			unheld = append(unheld, i)
		}
	}
	if len(unheld) == 0 {
		return nil
	}
	absence := s.absence(r)
	for _, i := range unheld {
		s.socks[i].Absence = absence
	}
	if absence == Hidden {
		guess(ctx, r, s, unheld)
	}
	return []limen.Gap{s.gap(absence, unheld)}
}

// absence says what it means that nobody was found.
func (s *search) absence(r Reader) Absence {
	switch {
	case len(s.closed) > 0 || s.blind || s.partial:
		return Hidden
	case !firstPIDNamespace(r):
		return Outside
	}
	return Nobody
}

// gap says what keeps the holders of some sockets from being known.
func (s *search) gap(a Absence, unheld []int) limen.Gap {
	g := limen.Gap{What: fmt.Sprintf("who holds %s", s.socks[unheld[0]].Local)}
	if n := len(unheld); n > 1 {
		g.What = fmt.Sprintf("who holds %d sockets, %s the first", n, s.socks[unheld[0]].Local)
	}
	switch {
	case a == Outside:
		g.Why = "no process of this PID namespace does; one outside it must, such as one of the host"
		g.Next = "run limen on the host"
	case a == Nobody:
		g.Why = "no process does: it was closed since, the kernel itself serves it, or its descriptor is on its way between processes"
	case s.partial:
		g.Why = "the search ended before every process was looked into"
		g.Next = "ask again"
	case os.Geteuid() == 0 && s.blind:
		g.Why = "procfs does not show even root every process (hidepid, proc(5))"
	case os.Geteuid() == 0:
		g.Why = "the system does not let even root look into " + processes(len(s.closed))
	default:
		g.Why = "only root may look into the processes of other users"
		g.Next = "run the same command with sudo"
	}
	return g
}

func processes(n int) string {
	if n == 1 {
		return "one process"
	}
	return fmt.Sprintf("%d processes", n)
}
