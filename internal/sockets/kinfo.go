package sockets

import (
	"encoding/binary"

	"github.com/limenhq/limen"
)

// A kinfo is what FreeBSD and macOS tell anyone about a process that has a
// number now.
type kinfo struct {
	birth uint64 // when it began, in microseconds since 1970
	uid   uint32 // as whom it acts
}

// A kinfoLayout says where the fields stand in struct kinfo_proc of a system.
type kinfoLayout struct {
	size  int
	sized bool // the struct begins with its size
	pid   int
	uid   int
	start int // a struct timeval
}

// Both are those of processors of 64 bits. FreeBSD's is in sys/user.h, macOS's
// in bsd/sys/sysctl.h with struct extern_proc of bsd/sys/proc.h in it.
var (
	kinfoOfFreeBSD = kinfoLayout{1088, true, 72, 168, 336} // ki_structsize, ki_pid, ki_uid, ki_start
	kinfoOfMacOS   = kinfoLayout{648, false, 40, 420, 0}   // kp_proc.p_pid, kp_eproc.e_ucred.cr_uid, kp_proc.p_starttime
)

// parseKinfos reads a table of processes, by their numbers. On FreeBSD births
// move when the clock is set, so that a run then seems to have ended; it never
// seems to be another.
func parseKinfos(b []byte, l kinfoLayout) (map[int]kinfo, error) {
	all := make(map[int]kinfo, len(b)/l.size)
	for ; len(b) > 0; b = b[l.size:] {
		if l.sized && len(b) >= 4 {
			if has := binary.LittleEndian.Uint32(b); has != uint32(l.size) {
				return nil, errLayout("a row of the table of processes", uint64(has), uint64(l.size))
			}
		}
		if len(b) < l.size {
			return nil, errCut
		}
		word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
		// The microseconds are as long as a long on one, and 32 bits on the other.
		birth := binary.LittleEndian.Uint64(b[l.start:])*1e6 + uint64(word(l.start+8))
		all[int(int32(word(l.pid)))] = kinfo{birth, word(l.uid)}
	}
	return all, nil
}

// A claim is that the process with a number held the socket with an index in a
// search.
type claim struct {
	socket int
	pid    int
}

// confirm believes those claims whose process was the same run before and
// after they were heard. A number that changed hands meanwhile, or was given
// out, leaves the search incomplete.
func (s *search) confirm(claims []claim, before, after map[int]kinfo) {
	for _, c := range claims {
		was, wasThere := before[c.pid]
		is, isThere := after[c.pid]
		if !wasThere || !isThere || was.birth != is.birth {
			s.partial = true
			continue
		}
		s.found(c.socket, limen.ProcessID{PID: c.pid, Birth: is.birth})
	}
}
