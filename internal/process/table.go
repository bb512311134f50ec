package process

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/limenhq/limen"
)

// An entry is what Windows tells anyone about a process.
type entry struct {
	limen.ProcessID               // its birth in units of 100 ns since 1601, UTC
	image           string        // its file's name, as "node.exe"
	parent          int           // who started it, who may have ended since
	cpu             time.Duration // by the program and for it in the kernel
	resident        uint64        // bytes
}

// Where the fields stand in SYSTEM_PROCESS_INFORMATION of winternl.h, in a
// 64-bit process. Some are only named Reserved there; none has moved since
// Windows 2000, and golang.org/x/sys/windows names them all.
const (
	entryNext       = 0
	entryBirth      = 32 // CreateTime
	entryUserTime   = 40
	entryKernelTime = 48
	entryImage      = 56 // ImageName, a UNICODE_STRING: bytes, room, pointer
	entryPID        = 80
	entryParent     = 88  // InheritedFromUniqueProcessId
	entryResident   = 144 // WorkingSetSize
	entrySize       = 152 // so far
)

var errTable = errors.New("the table of processes is not as expected")

// parseTable reads the table of all processes. Each entry says how many bytes
// farther on the next one is. Names are pointed to; base is the address that
// the table had when it was written.
func parseTable(table []byte, base uint64) (map[int]entry, error) {
	all := map[int]entry{}
	for b := table; ; {
		if len(b) < entrySize {
			return nil, errTable
		}
		word := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
		e := entry{
			ProcessID: limen.ProcessID{PID: int(word(entryPID)), Birth: word(entryBirth)},
			parent:    int(word(entryParent)),
			cpu:       clockUnits(word(entryUserTime)) + clockUnits(word(entryKernelTime)),
			resident:  word(entryResident),
		}
		size := binary.LittleEndian.Uint16(b[entryImage:])
		if from := word(entryImage+8) - base; from <= uint64(len(table)) && uint64(size) <= uint64(len(table))-from {
			e.image = decodeUTF16(table[from : from+uint64(size)])
		}
		all[e.PID] = e
		next := binary.LittleEndian.Uint32(b[entryNext:])
		switch {
		case next == 0:
			return all, nil
		case next < entrySize || uint64(next) > uint64(len(b)):
			return nil, errTable
		}
		b = b[next:]
	}
}

// decodeUTF16 reads little-endian UTF-16; what is none becomes U+FFFD.
func decodeUTF16(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// clockUnits is how long n units of 100 ns are. Numbers that no machine lives
// to see become the longest duration that can be added to another.
func clockUnits(n uint64) time.Duration {
	return time.Duration(min(n, 1<<62/100)) * 100
}

// fileTime returns the moment that is n units of 100 ns after 1601 began
// (FILETIME of minwinbase.h); the zero time for 0.
func fileTime(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	const unitsPerSecond, from1601To1970 = 1e7, 11644473600
	return time.Unix(int64(n/unitsPerSecond)-from1601To1970, int64(n%unitsPerSecond)*100).UTC()
}

// A table is what a Reader remembers of the processes of this machine.
type table struct {
	mu      sync.Mutex // guards entries
	entries map[int]entry
}

// find returns the run with that identity, and all processes as they were
// then. A Birth of 0 means whichever run has the number. The table is read
// anew if what is remembered of it does not have the run.
func (r *Reader) find(id limen.ProcessID, read func() (map[int]entry, error)) (entry, map[int]entry, error) {
	t := &r.table
	t.mu.Lock()
	defer t.mu.Unlock()
	for again := t.entries == nil; ; again = true {
		if again {
			all, err := read()
			if err != nil {
				return entry{}, nil, err
			}
			t.entries = all
		}
		e, ok := t.entries[id.PID]
		switch {
		case ok && (id.Birth == 0 || id.Birth == e.Birth):
			return e, t.entries, nil
		case again:
			return entry{}, nil, gone(id.PID)
		}
	}
}

// parentOf returns who started e, if that run is still there: the number of
// one that has ended can belong to a younger process.
func parentOf(e entry, all map[int]entry) (entry, bool) {
	p, ok := all[e.parent]
	return p, ok && e.parent != 0 && e.parent != e.PID && p.Birth <= e.Birth
}

// lineageOf returns the parents of e, nearest first, as far up as they live.
func lineageOf(e entry, all map[int]entry) (up []limen.Ancestor) {
	self := e.PID
	for len(up) < maxAncestors {
		p, ok := parentOf(e, all)
		if !ok || p.PID == self || slices.ContainsFunc(up, func(a limen.Ancestor) bool { return a.PID == p.PID }) {
			break
		}
		up = append(up, limen.Ancestor{ProcessID: p.ProcessID, Name: nameOnWindows("", nil, p.image)})
		e = p
	}
	return up
}
