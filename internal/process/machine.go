package process

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"time"
)

// A machine is what all processes share.
type machine struct {
	boot      time.Time // when it started, to the second; zero if unknown
	namespace string    // the pid namespace procfs shows, as "pid:[…]"; empty if unknown
}

// theMachine reads the machine once.
func (r *Reader) theMachine() machine {
	r.machineOnce.Do(func() {
		r.machine.boot = readBoot(r.root() + "/stat")
		r.machine.namespace = readNamespace(r.root())
	})
	return r.machine
}

// readNamespace returns the pid namespace that procfs shows, which is known
// only if it is our own: then we have one number there, and no inner one.
func readNamespace(root string) string {
	status, err := os.ReadFile(root + "/self/status")
	if err != nil || parseInnerPID(status) != 0 || !bytes.Contains(status, []byte("\nNSpid:")) {
		return ""
	}
	link, _ := os.Readlink(root + "/self/ns/pid")
	return link
}

// readBoot reads when the machine started.
func readBoot(file string) time.Time {
	f, err := os.Open(file)
	if err != nil {
		return time.Time{}
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 4<<20)) // a few bytes for each interrupt of each processor
	return parseBoot(b)
}

// parseBoot reads the line btime of /proc/stat: seconds since 1970, rounded
// down. The kernel changes it only when the clock is set.
func parseBoot(b []byte) time.Time {
	_, line, ok := bytes.Cut(b, []byte("\nbtime "))
	if !ok {
		return time.Time{}
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	seconds, err := strconv.ParseUint(string(line), 10, 40)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// userHZ is how many ticks procfs counts in a second. It is part of the
// kernel's ABI whatever the kernel's own tick is: USER_HZ in
// include/asm-generic/param.h, and 100 on every processor Go has for Linux.
const userHZ = 100

// ticks is how long n ticks are. Numbers that no machine lives to see become
// the longest duration.
func ticks(n uint64) time.Duration {
	const most = uint64(1<<63-1) / uint64(time.Second/userHZ)
	return time.Duration(min(n, most)) * (time.Second / userHZ)
}

// started returns when a run began in whole seconds, less than two early and
// never late: the kernel rounded off the machine's start and this rounds off
// the rest, so an age is never negative and hundredths are not invented.
func (r *Reader) started(birth uint64) time.Time {
	boot := r.theMachine().boot
	if boot.IsZero() {
		return time.Time{}
	}
	return boot.Add(ticks(birth)).Truncate(time.Second)
}
