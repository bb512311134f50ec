//go:build linux || darwin || freebsd

package run

import (
	"errors"
	"syscall"

	"github.com/limenhq/limen"
)

// A hunt ends processes that may go on making others. It is told again and
// again what is there, and either asks or kills.
type hunt struct {
	// send sends a signal to that very process; errGone if it has ended.
	send func(limen.ProcessID, syscall.Signal) error
	// sendGroup sends a signal to every process of a group at once.
	sendGroup func(group int, s syscall.Signal) error

	asked  []limen.ProcessID
	killed []limen.ProcessID
	met    map[limen.ProcessID]bool // was asked
	hit    map[limen.ProcessID]bool // was killed
	failed map[limen.ProcessID]error
	kills  int // rounds of killing so far
}

var errGone = errors.New("the process has ended")

func newHunt(send func(limen.ProcessID, syscall.Signal) error, sendGroup func(int, syscall.Signal) error) *hunt {
	return &hunt{
		send: send, sendGroup: sendGroup,
		met: map[limen.ProcessID]bool{}, hit: map[limen.ProcessID]bool{}, failed: map[limen.ProcessID]error{},
	}
}

// ask sends SIGTERM to each process that was not asked yet. Once only: to many
// programs a second one means to drop everything. SIGCONT lets one that is
// stopped hear of it (signal(7): a stopped process handles none but SIGKILL).
func (h *hunt) ask(nodes []node) {
	for _, n := range nodes {
		if h.met[n.ProcessID] {
			continue
		}
		h.met[n.ProcessID] = true
		if h.note(n.ProcessID, h.send(n.ProcessID, syscall.SIGTERM)) {
			h.asked = append(h.asked, n.ProcessID)
			h.send(n.ProcessID, syscall.SIGCONT)
		}
	}
}

// kill sends SIGKILL, to each process and to each group that one of them made:
// the kernel lets none fork out of a group while it signals it (copy_process
// of kernel/fork.c), so what multiplies in one is hit as a whole. It reports
// whether there was one it had not met.
func (h *hunt) kill(nodes []node) (fresh bool) {
	h.kills++
	pids := map[int]bool{}
	for id := range h.met {
		pids[id.PID] = true
	}
	for _, n := range nodes {
		pids[n.PID] = true
	}
	// The number of a group cannot come to mean another one between the look
	// and this: numbers are given away in turn (alloc_pid of kernel/pid.c).
	groups := map[int]error{}
	for _, n := range nodes {
		if _, again := groups[n.group]; !again && n.group > 1 && pids[n.group] {
			groups[n.group] = h.sendGroup(n.group, syscall.SIGKILL)
		}
	}
	for _, n := range nodes {
		again := h.hit[n.ProcessID]
		fresh = fresh || !again
		h.met[n.ProcessID], h.hit[n.ProcessID] = true, true
		inGroup, ok := groups[n.group]
		alone := h.note(n.ProcessID, h.send(n.ProcessID, syscall.SIGKILL))
		if (alone || ok && inGroup == nil) && !again {
			h.killed = append(h.killed, n.ProcessID)
		}
	}
	return fresh
}

// note reports whether a signal was sent, and remembers why not.
func (h *hunt) note(id limen.ProcessID, err error) bool {
	if err != nil && !errors.Is(err, errGone) {
		h.failed[id] = err
	}
	return err == nil
}

// failure returns why one of the processes could not be ended.
func (h *hunt) failure(nodes []node) error {
	for _, n := range nodes {
		if err := h.failed[n.ProcessID]; err != nil {
			return &StayError{n.ProcessID, err}
		}
	}
	if len(nodes) > 0 {
		return &StayError{nodes[0].ProcessID, ErrStays}
	}
	return nil
}
