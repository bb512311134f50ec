package sockets

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// Everything here is for systems whose table names the process that made each
// socket, by its number.

// prove makes the maker of each row its holder, if the run that has the number
// now is the one that made the socket: it began before the socket was bound
// or, where the table does not say when that was, it had the number already
// before the table was read. It returns how many rows it could not do this
// for.
func prove(rows []tableRow, before, after map[int]run) (unproved int) {
	for i := range rows {
		row := &rows[i]
		row.Holders, row.Absence = nil, NotAbsent
		if row.pid == 0 {
			if row.State.Waits() || row.State == limen.Established {
				row.Absence = Hidden
			}
			continue // another is on its way out, and nobody's
		}
		now, isThere := after[row.pid]
		was, wasThere := before[row.pid]
		if isThere && (row.made != 0 && now.birth <= row.made || row.made == 0 && wasThere && was == now) {
			row.Holders = []Holder{{limen.ProcessID{PID: row.pid, Birth: now.birth}, limen.Proved}}
			continue
		}
		row.Absence = Hidden
		unproved++
	}
	return unproved
}

// maxHeirs bounds how many processes are named that may have inherited a
// socket. More guesses are no answer.
const maxHeirs = 8

// heirs finds who may hold the sockets whose maker has ended. A socket lives
// on in the processes that its maker started and let inherit it; they still
// name him as their parent. It returns a gap for each maker.
func heirs(rows []tableRow, runs map[int]run) (gaps []limen.Gap) {
	var makers []int
	made := map[int][]limen.Endpoint{}
	for i := range rows {
		row := &rows[i]
		if row.Absence != Hidden {
			continue
		}
		if row.pid != 0 {
			row.Holders = childrenOf(row.pid, row.made, runs)
		}
		if made[row.pid] == nil {
			makers = append(makers, row.pid)
		}
		made[row.pid] = append(made[row.pid], row.Local)
	}
	for _, pid := range makers {
		g := limen.Gap{
			What: fmt.Sprintf("who holds %s", made[pid][0]),
			Why:  "the system's table of sockets names nobody",
		}
		if n := len(made[pid]); n > 1 {
			g.What = fmt.Sprintf("who holds %d sockets, %s the first", n, made[pid][0])
		}
		if pid != 0 {
			g.Why = fmt.Sprintf("process %d, which made it, has ended, and a process that inherited it keeps it open", pid)
		}
		gaps = append(gaps, g)
	}
	return gaps
}

// childrenOf returns the processes that name pid as the one who started them,
// and began after it made the socket, as candidates; none if they are too
// many. If another run has the number now, its own children are not meant.
func childrenOf(pid int, made uint64, runs map[int]run) (all []Holder) {
	next, taken := runs[pid]
	for child, r := range runs {
		if r.parent == pid && child != pid && r.birth >= made && (!taken || r.birth < next.birth) {
			all = append(all, Holder{limen.ProcessID{PID: child, Birth: r.birth}, limen.Candidate})
		}
	}
	if len(all) > maxHeirs {
		return nil
	}
	slices.SortFunc(all, func(a, b Holder) int { return cmp.Compare(a.PID, b.PID) })
	return all
}

// join makes one socket of rows that cannot be told apart, as of several that
// share an endpoint by SO_REUSEADDR, and gives it the holders of all: these
// tables have no number for a socket.
func join(rows []tableRow) (socks []Socket) {
	type place struct {
		local limen.Endpoint
		peer  netip.AddrPort
		state limen.State
	}
	at := map[place]int{}
	for _, row := range rows {
		p := place{row.Local, row.Peer, row.State}
		i, again := at[p]
		if !again {
			at[p] = len(socks)
			socks = append(socks, row.Socket)
			continue
		}
		s := &socks[i]
		s.Absence = max(s.Absence, row.Absence)
		for _, h := range row.Holders {
			if !slices.Contains(s.Holders, h) {
				s.Holders = append(s.Holders, h)
			}
		}
	}
	return socks
}
