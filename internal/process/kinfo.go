package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/limenhq/limen"
)

// A kinfo is what FreeBSD and macOS tell anyone about a process.
type kinfo struct {
	limen.ProcessID        // its birth in microseconds since 1970
	parent          int    // who started it, or who adopted it since
	session         int    // the session it is in; 0 where that is not told here
	uid             uint32 // as whom it acts
	comm            string // the start of its file's name: 16 or 19 bytes
	ended           bool   // it only waits for its parent to ask how
	terminal        int64  // a device number; -1 for none
	cpu             time.Duration
	resident        uint64 // pages; 0 where that is not told here, as the time is
}

// A kinfoLayout says where the fields stand in struct kinfo_proc of a system,
// on processors of 64 bits with the low byte first.
type kinfoLayout struct {
	size         int
	sized        bool // the struct begins with its size
	pid, parent  int
	uid          int
	state        int
	comm         int
	commSize     int
	terminal     int
	terminalSize int
	start        int // a struct timeval

	session, cpu, resident int // 0 for none
}

// kinfoOfFreeBSD is that of sys/user.h in FreeBSD 12 to 15.
var kinfoOfFreeBSD = kinfoLayout{
	size: 1088, sized: true, // ki_structsize
	pid: 72, parent: 76, uid: 168, // ki_pid, ki_ppid, ki_uid
	state: 388, comm: 447, commSize: 20, // ki_stat, ki_comm
	terminal: 560, terminalSize: 8, // ki_tdev
	start: 336, session: 88, // ki_start, ki_sid
	cpu: 328, resident: 264, // ki_runtime in microseconds, ki_rssize
}

// kinfoOfMacOS is that of bsd/sys/sysctl.h, with struct extern_proc of
// bsd/sys/proc.h in it.
var kinfoOfMacOS = kinfoLayout{
	size: 648,
	pid:  40, parent: 560, uid: 420, // kp_proc.p_pid, kp_eproc.e_ppid, kp_eproc.e_ucred.cr_uid
	state: 36, comm: 243, commSize: 17, // kp_proc.p_stat, kp_proc.p_comm
	terminal: 572, terminalSize: 4, // kp_eproc.e_tdev
	start: 0, // kp_proc.p_starttime
	// What it has used is left out: the fields for it are no longer filled in.
}

// zombie is SZOMB of sys/proc.h, alike on both systems.
const zombie = 5

// parseKinfos reads a table of processes.
func parseKinfos(b []byte, l kinfoLayout) (all []kinfo, err error) {
	for ; len(b) > 0; b = b[l.size:] {
		if l.sized && len(b) >= 4 {
			if has := binary.LittleEndian.Uint32(b); has != uint32(l.size) {
				return nil, fmt.Errorf("%w: a row of the table of processes has %d bytes; that of %d is known", errors.ErrUnsupported, has, l.size)
			}
		}
		if len(b) < l.size {
			return nil, errors.New("the table of processes ends in the middle of a row")
		}
		all = append(all, parseKinfo(b, l))
	}
	return all, nil
}

// parseKinfo reads one row.
func parseKinfo(b []byte, l kinfoLayout) kinfo {
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	double := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	k := kinfo{
		// The microseconds are as long as a long on one, and 32 bits on the other.
		ProcessID: limen.ProcessID{PID: int(int32(word(l.pid))), Birth: double(l.start)*1e6 + uint64(word(l.start+8))},
		parent:    int(int32(word(l.parent))),
		uid:       word(l.uid),
		comm:      cString(b[l.comm : l.comm+l.commSize]),
		ended:     b[l.state] == zombie,
		terminal:  int64(int32(word(l.terminal))),
	}
	if l.terminalSize == 8 {
		k.terminal = int64(double(l.terminal))
	}
	if l.session != 0 {
		k.session = int(int32(word(l.session)))
	}
	if l.cpu != 0 {
		const most = uint64(1<<63-1) / 1e3 // more than any machine lives to see
		k.cpu = time.Duration(min(double(l.cpu), most)) * time.Microsecond
	}
	if l.resident != 0 {
		k.resident = double(l.resident)
	}
	return k
}

// started returns when the run began.
func (k kinfo) started() time.Time {
	return time.UnixMicro(int64(k.Birth)).UTC().Truncate(time.Millisecond)
}

// cString reads a string that a zero byte ends, unless it fills its room.
func cString(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// Where the path stands in struct kinfo_file of FreeBSD's sys/user.h, which is
// as long as its path needs (kf_structsize).
const (
	fileSize = 0   // kf_structsize
	filePath = 368 // kf_path
)

// parseFilePath reads the path of the one file that b tells of; empty if it
// has none, as when it was removed.
func parseFilePath(b []byte) string {
	if len(b) < filePath {
		return ""
	}
	if size := binary.LittleEndian.Uint32(b[fileSize:]); size >= filePath && uint64(size) < uint64(len(b)) {
		b = b[:size]
	}
	return cString(b[filePath:])
}
