package sockets

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// findInMemory believes what the last look at all processes has shown, as far
// as it can be checked. What is new, or does not hold any more, is left to the
// next way.
func findInMemory(ctx context.Context, r Reader, s *search) error {
	switch {
	case r.Memory == "":
		return forgotten("nothing is remembered for this question")
	case r.Proc != "":
		return forgotten("another machine's processes are not remembered")
	}
	old, err := readMemory(r.Memory)
	if err != nil {
		err = forgotten(err.Error())
	}
	// The moment comes before the roll, and the roll before any look: who comes
	// in between is taken for new the next time.
	now := memory{place: thisPlace(), at: sinceStart()}
	roll, missed := callRoll(r.proc())
	if missed != nil || len(roll) < cmp.Or(r.pays, pays) || now.place == "" {
		return cmp.Or(err, forgotten(fmt.Sprintf("with fewer than %d processes, looking at all of them costs less", pays)))
	}
	s.lesson = &lesson{now, roll}
	if err != nil {
		return err
	}
	if old.place != now.place {
		return forgotten("what is remembered is of another start of the machine, user or namespace")
	}
	if err := old.serve(ctx, r, s); err != nil {
		s.closed, s.blind = nil, false
		s.renew(old)
		return err
	}
	return nil
}

// pays is from how many processes on something is remembered. To look at fewer
// takes a millisecond or two, and so do the roll and the file.
const pays = 256

// forgotten is why a memory does not serve. It is no fault: the next way does.
func forgotten(why string) error { return &refusal{why: why} }

// serve answers a search with a memory, or says why that cannot be done. What
// it has found until then is true.
func (m memory) serve(ctx context.Context, r Reader, s *search) error {
	if age := s.lesson.at - m.at; age < 0 || age > believed {
		return forgotten(fmt.Sprintf("what is remembered is older than %.0f minutes", believed.Minutes()))
	}
	grips, ok := m.on(s.wanted)
	if !ok {
		return forgotten("some of the sockets are newer than what is remembered")
	}
	strangers, fresh := m.strangers(s.lesson.roll)
	if fresh > max(16, len(s.lesson.roll)/4) {
		return forgotten("too many processes are newer than what is remembered")
	}
	if !s.verify(ctx, r, grips, strangers) {
		return cmp.Or(ctx.Err(), forgotten("a remembered holder does not hold its socket any more"))
	}
	s.lookAt(ctx, r, strangers)
	// That nobody holds a socket is believed again only where somebody may be
	// hidden, for the answer says so.
	if !s.complete() && s.absence(r) != Hidden {
		return cmp.Or(ctx.Err(), forgotten("a socket has no holder, and nobody is hidden any more"))
	}
	return ctx.Err()
}

// on returns the grips on the sockets that are wanted, and whether the memory
// knows of all of them.
func (m memory) on(wanted map[uint64]int) (grips []grip, all bool) {
	known, last := 0, uint64(0)
	for _, g := range m.grips {
		if _, ok := wanted[g.socket]; !ok {
			continue
		}
		if known == 0 || g.socket != last {
			known, last = known+1, g.socket
		}
		if g.pid != 0 {
			grips = append(grips, g)
		}
	}
	return grips, known == len(wanted)
}

// verify checks each grip by one readlink, on all processors. That the process
// is still the one that was looked into, the roll has shown.
func (s *search) verify(ctx context.Context, r Reader, grips []grip, strangers []int) bool {
	var mu sync.Mutex // guards s and all
	all := true
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for n := range workers {
		wg.Go(func() {
			var path, link [64]byte
			for i := n; i < len(grips); i += workers {
				g := grips[i]
				_, isNew := slices.BinarySearch(strangers, g.pid)
				holds := !isNew && ctx.Err() == nil && stillHolds(path[:0], link[:], r.proc(), g)
				mu.Lock()
				if all = all && holds; all {
					s.found(s.wanted[g.socket], g.id())
				}
				goOn := all
				mu.Unlock()
				if !goOn {
					return
				}
			}
		})
	}
	wg.Wait()
	return all
}

// stillHolds reports whether a descriptor is of the socket that it was of. It
// writes the path and the link where it is told to.
func stillHolds(path, link []byte, proc string, g grip) bool {
	path = strconv.AppendInt(append(append(path, proc...), '/'), int64(g.pid), 10)
	path = append(strconv.AppendInt(append(path, "/fd/"...), int64(g.descriptor), 10), 0)
	n, _, errno := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(atCWD), uintptr(unsafe.Pointer(&path[0])),
		uintptr(unsafe.Pointer(&link[0])), uintptr(len(link)), 0, 0)
	if errno != 0 {
		return false
	}
	number, ok := parseSocketLink(link[:n])
	return ok && number == g.socket
}

// remember keeps what a look at all processes has shown.
func (s *search) remember(ctx context.Context, r Reader) {
	if s.lesson == nil || ctx.Err() != nil {
		return
	}
	m := s.lesson.memory
	m.seen = slices.Clone(s.lesson.roll)
	for i := range m.seen {
		m.seen[i].closed = s.isClosed(m.seen[i].pid)
	}
	if s.absence(r) == Hidden {
		for number, i := range s.wanted {
			if i < len(s.socks) && len(s.socks[i].Holders) == 0 {
				m.grips = append(m.grips, grip{socket: number})
			}
		}
	}
	slices.SortFunc(m.grips, byGrip)
	m.grips = slices.CompactFunc(m.grips, func(a, b grip) bool { return a.socket == b.socket && a.pid == b.pid })
	// A full disk or a directory that may only be read make the next answer
	// slower, and this one no worse.
	_ = writeMemory(r.Memory, m.bytes())
}

// thisPlace names what the numbers in a memory depend on: the machine's start,
// whose view of processes it is, and the namespaces in which PIDs and births
// are counted. Sockets are numbered alike in all network namespaces, so one
// memory does for all.
func thisPlace() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	pids, err2 := os.Readlink("/proc/self/ns/pid")
	times, _ := os.Readlink("/proc/self/ns/time") // none before Linux 5.6
	if err != nil || err2 != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %s %s", strings.TrimSpace(string(boot)), os.Geteuid(), pids, times)
}

// sinceStart is the time since the machine started, asleep or awake. Nobody can
// set that clock.
func sinceStart() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return 0
	}
	return time.Duration(now.Nano())
}

// callRoll returns all processes that procfs shows, in order of PIDs.
func callRoll(proc string) (roll []presence, err error) {
	dir, err := unix.Open(proc, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(dir)
	buf := make([]byte, 64<<10)
	for {
		n, err := unix.Getdents(dir, buf)
		if err != nil {
			return nil, err
		}
		if n <= 0 {
			break
		}
		for b := buf[:n]; len(b) > direntName; {
			length := int(binary.NativeEndian.Uint16(b[direntLength:]))
			if length <= direntName || length > len(b) {
				return nil, unix.EBADMSG
			}
			if pid, ok := parseDigits(b[direntName:length]); ok {
				roll = append(roll, presence{pid: int(pid), inode: binary.NativeEndian.Uint64(b)})
			}
			b = b[length:]
		}
	}
	slices.SortFunc(roll, func(a, b presence) int { return cmp.Compare(a.pid, b.pid) })
	return roll, nil
}
