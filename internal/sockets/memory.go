package sockets

import (
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A memory is what one look at all processes has shown, kept for the next runs
// of limen by the same user. It tells who held what, and nothing of what the
// holders are: programs change that under one PID and birth.
//
// It is believed for a short time, and only as far as it can be checked. That a
// holder still is one, its descriptor shows. Who has come to be one since was
// either started since, and is not among those who were looked into; or was
// older and was sent the socket (SCM_RIGHTS, pidfd_getfd(2)), which the kernel
// shows nobody cheaply. The last is what the short time bounds.
type memory struct {
	place string        // the start of the machine, the user and the namespaces it is of
	at    time.Duration // when looking began, since the machine started
	seen  []presence    // who was there, in order of PIDs
	grips []grip        // in order of sockets
}

// believed is how long a memory counts: long enough for the questions that
// come of one problem, and short enough that a server which was handed a
// socket meanwhile, as by a restart without a gap, is missed once at most.
const believed = 2 * time.Minute

// mostRemembered bounds a memory's file. Ten thousand processes and as many
// sockets take 0.4 MB.
const mostRemembered = 8 << 20

// A presence is a process as the directory of procfs lists it. Two are the same
// if PID and inode are: a process has one inode there while it lives, unless
// the kernel drops it for want of memory, and its number is given to no other
// before four thousand million more were given (get_next_ino of fs/inode.c).
// So a new process with an old PID is told from its forerunner for nothing,
// and one mistaken for new only costs a look.
//
// The count of forks in /proc/stat would bound less: it leaves out those that
// failed, which use up PIDs too, and PIDs can be chosen (clone3(2), set_tid;
// /proc/sys/kernel/ns_last_pid).
type presence struct {
	pid    int
	inode  uint64
	closed bool // it could not be looked into, and is tried anew each time
}

// A grip is a descriptor by which a process holds a socket. A PID of 0 says
// that nobody was found among those who may be looked into.
type grip struct {
	socket     uint64
	pid        int
	descriptor uint32
	birth      uint64
}

func (g grip) id() limen.ProcessID { return limen.ProcessID{PID: g.pid, Birth: g.birth} }

// byGrip orders grips, and puts those of one process at one socket together.
func byGrip(a, b grip) int {
	return cmp.Or(cmp.Compare(a.socket, b.socket), cmp.Compare(a.pid, b.pid), cmp.Compare(a.birth, b.birth))
}

// strangers returns the PIDs of those of a roll who were not looked into, in
// order, and how many of them are new. Seen and roll are in order of PIDs.
func (m memory) strangers(roll []presence) (pids []int, fresh int) {
	known := m.seen
	for _, p := range roll {
		for len(known) > 0 && known[0].pid < p.pid {
			known = known[1:]
		}
		// An inode of 1 stands for none (proc_fill_cache of fs/proc/base.c).
		isNew := len(known) == 0 || known[0].pid != p.pid || known[0].inode != p.inode || p.inode <= 1
		if isNew {
			fresh++
		}
		if isNew || known[0].closed {
			pids = append(pids, p.pid)
		}
	}
	return pids, fresh
}

// A memory is written as a mark, its place behind a length of two bytes, the
// moment, two lists behind lengths of four bytes, and the CRC-32 of all that.
// Numbers have the low byte first. The sum finds damage; who wrote a file, its
// owner tells.
const (
	memoryMark   = "limen\x00h\x01" // the last byte is the version
	presenceSize = 4 + 8
	gripSize     = 8 + 4 + 4 + 8
	sumSize      = 4

	closedBit = 1 << 31 // beside a PID, which is below 2^22 (PID_MAX_LIMIT of include/linux/threads.h)
)

// bytes is what parseMemory reads.
func (m memory) bytes() []byte {
	b := make([]byte, 0, len(memoryMark)+len(m.place)+presenceSize*len(m.seen)+gripSize*len(m.grips)+32)
	le := binary.LittleEndian
	b = append(b, memoryMark...)
	b = append(le.AppendUint16(b, uint16(len(m.place))), m.place...)
	b = le.AppendUint64(b, uint64(m.at))
	b = le.AppendUint32(b, uint32(len(m.seen)))
	for _, p := range m.seen {
		pid := uint32(p.pid)
		if p.closed {
			pid |= closedBit
		}
		b = le.AppendUint64(le.AppendUint32(b, pid), p.inode)
	}
	b = le.AppendUint32(b, uint32(len(m.grips)))
	for _, g := range m.grips {
		b = le.AppendUint32(le.AppendUint64(b, g.socket), uint32(g.pid))
		b = le.AppendUint64(le.AppendUint32(b, g.descriptor), g.birth)
	}
	return appendSum(b)
}

func appendSum(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

var errNoMemory = errors.New("what is remembered is damaged, or not limen's")

// parseMemory reads what bytes wrote, all of it or nothing.
func parseMemory(b []byte) (m memory, err error) {
	le := binary.LittleEndian
	end := len(b) - sumSize
	if end < len(memoryMark) || string(b[:len(memoryMark)]) != memoryMark || crc32.ChecksumIEEE(b[:end]) != le.Uint32(b[end:]) {
		return memory{}, errNoMemory
	}
	rest := b[len(memoryMark):end]
	// take cuts the next n bytes off, or tells that they are not there.
	take := func(n int) []byte {
		if n > len(rest) {
			rest, err = nil, errNoMemory
			return make([]byte, min(n, 8))
		}
		cut := rest[:n]
		rest = rest[n:]
		return cut
	}
	list := func(size int) []byte {
		n := int(le.Uint32(take(4)))
		if n > len(rest)/size {
			err = errNoMemory
			return nil
		}
		return take(n * size)
	}
	m.place = string(take(int(le.Uint16(take(2)))))
	m.at = time.Duration(le.Uint64(take(8)))
	seen := list(presenceSize)
	m.seen = make([]presence, 0, len(seen)/presenceSize)
	for p := range slices.Chunk(seen, presenceSize) {
		pid := le.Uint32(p)
		m.seen = append(m.seen, presence{int(pid &^ closedBit), le.Uint64(p[4:]), pid&closedBit != 0})
	}
	grips := list(gripSize)
	m.grips = make([]grip, 0, len(grips)/gripSize)
	for g := range slices.Chunk(grips, gripSize) {
		m.grips = append(m.grips, grip{le.Uint64(g), int(le.Uint32(g[8:])), le.Uint32(g[12:]), le.Uint64(g[16:])})
	}
	if err != nil || len(rest) > 0 {
		return memory{}, errNoMemory
	}
	return m, nil
}
