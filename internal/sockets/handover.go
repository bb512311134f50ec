package sockets

import (
	"context"

	"github.com/limenhq/limen"
)

// mostChecked bounds how many processes are checked at a time. Each takes some
// microseconds, and a machine can have thousands that listen.
const mostChecked = 16

// checkOwners looks for sockets that outlive the process that led their
// holders, some processes at a time, and reports who leads now.
func (w *watch) checkOwners(ctx context.Context, report *Report) error {
	left := w.left()
	if len(left) == 0 {
		return nil
	}
	// Most of them ended with their sockets, only later than we looked.
	w.hear(report)
	if err := w.look(ctx, report); err != nil {
		return err
	}
	var socks []Socket
	for _, id := range left {
		if k := w.known[id]; k != nil {
			s := k.Socket
			s.Holders, s.Absence = nil, NotAbsent
			socks = append(socks, s)
		}
	}
	report.Gaps = append(report.Gaps, w.reader.FindHolders(ctx, socks)...)
	for _, s := range socks {
		k := w.known[identityOf(s)]
		k.isLeft = len(s.Holders) == 0
		w.update(k, s, report)
	}
	return nil
}

// left returns the sockets whose leading holder has ended, of those whose turn
// it is.
func (w *watch) left() (left []identity) {
	if len(w.turn) == 0 {
		for id := range w.known {
			w.turn = append(w.turn, id)
		}
	}
	running := map[limen.ProcessID]bool{}
	for len(w.turn) > 0 && len(running) < mostChecked {
		id := w.turn[len(w.turn)-1]
		w.turn = w.turn[:len(w.turn)-1]
		k := w.known[id]
		if k == nil || k.isLeft || len(k.Holders) == 0 || k.Holders[0].Proof != limen.Proved {
			continue
		}
		lead := k.Holders[0].ProcessID
		if _, isKnown := running[lead]; !isKnown {
			running[lead] = w.reader.isRunning(lead)
		}
		if !running[lead] {
			left = append(left, id)
		}
	}
	return left
}

// update takes over what is seen of a socket now, and reports if another
// process leads its holders. Whoever is not seen now is still who it was.
func (w *watch) update(old *watched, s Socket, report *Report) {
	old.isFresh = false
	if len(s.Holders) == 0 {
		return
	}
	hasChanged := len(old.Holders) > 0 && old.Holders[0].ProcessID != s.Holders[0].ProcessID
	old.Holders, old.Absence = s.Holders, NotAbsent
	if hasChanged {
		report.Changes = append(report.Changes, Change{Change: limen.OwnerChanged, Socket: old.Socket})
	}
}
