package sockets

import (
	"cmp"
	"context"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// findInitiator asks the kernel for the one socket, and then looks at the descriptors of
// processes, one after the other, until one leads to it.
func (r Reader) findInitiator(ctx context.Context, q endQuestion, likely Likely) (Initiator, bool) {
	s, err := readEnd(ctx, r, q)
	if err != nil {
		return Initiator{}, false
	}
	if i := likely.Holders[s.Number]; i != nil && s.Number != 0 {
		return *i, true
	}
	c := &chase{reader: r, question: q, number: s.Number, uid: s.UID, newest: newest(r)}
	c.walker = walker{proc: r.proc(), native: r.Proc == "", wanted: map[uint64]int{s.Number: 0}, notes: true}
	ok := c.amongNewest() || c.among(likely.Processes) || c.amongAll(ctx)
	return c.initiator, ok
}

// A chase is for the holder of one socket, who may be gone in a moment.
type chase struct {
	walker

	reader    Reader
	question  endQuestion
	number    uint64    // of the socket's inode
	uid       uint32    // whose it is
	newest    int       // number that was given last; 0 if unknown
	initiator Initiator // who was found
}

// justBegun is how many numbers back from the newest one are tried without asking
// which of them are there: that takes a microsecond each.
const justBegun = 64

// amongNewest looks at who was begun just now: numbers are given one after the other
// (alloc_pid of kernel/pid.c).
func (c *chase) amongNewest() bool {
	if !c.native {
		return false
	}
	for pid := c.newest; pid > max(0, c.newest-justBegun); pid-- {
		if isProcess(pid) && c.holds(pid) {
			return true
		}
	}
	return false
}

// isProcess reports whether a number is a process's, and not that of another thread of
// one, which procfs has, too (pidfd_open(2), since Linux 5.3).
func isProcess(pid int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// among looks at some processes.
func (c *chase) among(some []limen.ProcessID) bool {
	return slices.ContainsFunc(some, func(id limen.ProcessID) bool { return c.holds(id.PID) })
}

// amongAll looks at those of the socket's user, the newest first, then at what their
// threads have for themselves, and at last at all others: a process can change its
// user, and keeps its sockets.
func (c *chase) amongAll(ctx context.Context) bool {
	pids, err := listPIDs(c.reader.proc())
	if err != nil {
		return false
	}
	age := func(pid int) uint32 { return uint32(c.newest - pid) } // numbers begin anew at some time
	slices.SortFunc(pids, func(a, b int) int { return cmp.Compare(age(a), age(b)) })
	var theirs, others []int
	for _, pid := range pids {
		if c.user(pid) == int64(c.uid) {
			theirs = append(theirs, pid)
		} else {
			others = append(others, pid)
		}
	}
	c.closed = nil
	if c.first(ctx, theirs, c.holds) {
		return true
	}
	closed := c.closed
	theirs = slices.DeleteFunc(theirs, func(pid int) bool { return slices.Contains(closed, pid) })
	if c.first(ctx, theirs, c.holdsInThreads) {
		return true
	}
	return len(closed) == 0 && c.first(ctx, others, c.holds) // else it is most likely one of the closed
}

// atATime is how many processes are looked at before it is asked again whether the socket
// is there: mostly it is found at once, or gone.
const atATime = 32

// first looks at processes until one is it, or there is nothing more to be found.
func (c *chase) first(ctx context.Context, pids []int, isIt func(int) bool) bool {
	for some := range slices.Chunk(pids, atATime) {
		if slices.ContainsFunc(some, isIt) {
			return true
		}
		if s, err := readEnd(ctx, c.reader, c.question); ctx.Err() != nil || err != nil || s.Number != c.number {
			return false
		}
	}
	return false
}

// holds reports whether a process holds the socket, and notes who it is.
func (c *chase) holds(pid int) bool {
	c.look(pid)
	return c.found()
}

func (c *chase) holdsInThreads(pid int) bool {
	c.lookAtThreads(pid)
	return c.found()
}

// found takes over who was found in the last process that was looked at.
func (c *chase) found() bool {
	if len(c.hits) == 0 {
		return false
	}
	c.initiator = Initiator{c.hits[0].id(), parseName(c.stat), slices.Clone(c.noted)}
	c.hits = c.hits[:0]
	return true
}

// user is whose a process is; -1 if it is gone.
func (c *chase) user(pid int) int64 {
	var st unix.Stat_t
	if err := unix.Lstat(c.proc+"/"+strconv.Itoa(pid), &st); err != nil {
		return -1
	}
	return int64(st.Uid)
}

// newest is the number that was given to a process or a thread last; 0 if that is not
// told.
func newest(r Reader) int {
	text, err := os.ReadFile(r.proc() + "/loadavg")
	if err != nil {
		return 0
	}
	pid, _ := parseNewest(text)
	return pid
}
