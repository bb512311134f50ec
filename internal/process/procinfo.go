package process

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

// Everything here reads what macOS tells of one process at a time.

// splitProcArgs reads what the sysctl kern.procargs2 tells: how many arguments
// there are, the path by which the program was started, zero bytes up to a
// whole word, the arguments, and the environment (sysctl_procargsx in
// bsd/kern/kern_sysctl.c). They are taken from the stack of the process, which
// may have written over them. ok is false if they are cut before the number.
func splitProcArgs(b []byte) (arguments, environment []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	count := binary.LittleEndian.Uint32(b)
	_, b, _ = bytes.Cut(b[4:], []byte{0})
	b = bytes.TrimLeft(b, "\x00")
	environment = b
	for range count {
		end := bytes.IndexByte(environment, 0)
		if end < 0 {
			return b, nil, true
		}
		environment = environment[end+1:]
	}
	return b[:len(b)-len(environment)], environment, true
}

// Where the path stands in struct proc_vnodepathinfo of bsd/sys/proc_info.h,
// and how much room it has (MAXPATHLEN).
const (
	vnodePathInfoSize = 2352
	vnodePath         = 152 // pvi_cdir.vip_path
	vnodePathRoom     = 1024
)

// parseDirectory reads where a process works; empty if the answer is of
// another size than that of the header.
func parseDirectory(b []byte) string {
	if len(b) != vnodePathInfoSize {
		return ""
	}
	return cString(b[vnodePath : vnodePath+vnodePathRoom])
}

// Where the fields stand in struct proc_taskinfo of bsd/sys/proc_info.h.
const (
	taskInfoSize     = 96
	taskInfoResident = 8  // pti_resident_size, in bytes
	taskInfoUser     = 16 // pti_total_user, in ticks of the processor's clock
	taskInfoSystem   = 24 // pti_total_system
)

// parseTaskInfo reads what a process has used. The clock has so many ticks a
// second.
func parseTaskInfo(b []byte, ticksPerSecond uint64) (cpu time.Duration, resident uint64, err error) {
	if len(b) != taskInfoSize || ticksPerSecond == 0 {
		return 0, 0, fmt.Errorf("what a process has used is told in %d bytes, and %d ticks a second; %d bytes are known", len(b), ticksPerSecond, taskInfoSize)
	}
	double := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	cpu = clockTime(double(taskInfoUser), ticksPerSecond) + clockTime(double(taskInfoSystem), ticksPerSecond)
	return cpu, double(taskInfoResident), nil
}

// clockTime is how long n ticks are. Numbers that no machine lives to see
// become the longest duration that can be added to another.
func clockTime(n, perSecond uint64) time.Duration {
	const most = uint64(1<<62) / uint64(time.Second)
	seconds, rest := n/perSecond, n%perSecond
	if seconds >= most || perSecond > 1<<34 { // the rest, below perSecond, is multiplied by 10^9 < 2^30
		return time.Duration(min(seconds, most)) * time.Second
	}
	return time.Duration(seconds)*time.Second + time.Duration(rest*uint64(time.Second)/perSecond)
}
