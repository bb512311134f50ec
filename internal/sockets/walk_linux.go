package sockets

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// findByIterator asks the kernel for every descriptor of every process. Some
// kernels keep processes from it without a word, so what nobody holds according
// to it is looked for once more in the slow way.
func findByIterator(ctx context.Context, r Reader, s *search) error {
	if r.Proc != "" {
		return errors.ErrUnsupported // another machine's processes are not in this kernel
	}
	err := iterate(ctx, func(h holding) {
		if i, ok := s.wanted[h.socket]; ok {
			s.foundAt(i, grip{h.socket, int(h.pid), h.descriptor, h.start / tick})
		}
	})
	switch {
	case err != nil:
		return err
	case !s.complete():
		return errNotAll
	}
	s.remember(ctx, r)
	return nil
}

// findByWalk looks at every descriptor of every process, on all processors.
// Nothing less would do: a socket is passed on by fork and by SCM_RIGHTS, so
// neither user nor control group nor family of processes bounds who holds it.
func findByWalk(ctx context.Context, r Reader, s *search) error {
	pids, err := listPIDs(r.proc())
	if err != nil {
		return err
	}
	s.lookAt(ctx, r, pids)
	s.remember(ctx, r)
	return nil
}

// lookAt looks at every descriptor of some processes.
func (s *search) lookAt(ctx context.Context, r Reader, pids []int) {
	s.closed = nil
	s.walk(ctx, r, pids, (*walker).look)
	slices.Sort(s.closed)
	if !s.complete() {
		s.walk(ctx, r, slices.DeleteFunc(pids, s.isClosed), (*walker).lookAtThreads)
		slices.Sort(s.closed)
		s.closed = slices.Compact(s.closed)
	}
	s.blind = hidesOthers(r.proc())
	s.partial = ctx.Err() != nil
}

// isClosed reports whether a process may not be looked into.
func (s *search) isClosed(pid int) bool {
	_, found := slices.BinarySearch(s.closed, pid)
	return found
}

// walk has walkers look at every process, on all processors.
func (s *search) walk(ctx context.Context, r Reader, pids []int, look func(w *walker, pid int)) {
	var next atomic.Int64
	var mu sync.Mutex // guards s
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(pids)) {
		wg.Go(func() {
			w := walker{proc: r.proc(), native: r.Proc == "", wanted: s.wanted}
			for ctx.Err() == nil {
				const batch = 16 // a counter shared for each process would be fought over
				from := int(next.Add(batch)) - batch
				if from >= len(pids) {
					break
				}
				for _, pid := range pids[from:min(from+batch, len(pids))] {
					look(&w, pid)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			s.closed = append(s.closed, w.closed...)
			for _, h := range w.hits {
				s.foundAt(h.index, h.grip)
			}
		})
	}
	wg.Wait()
}

// listPIDs returns the numbers of all processes that procfs shows.
func listPIDs(proc string) ([]int, error) {
	d, err := os.Open(proc)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	pids := make([]int, 0, len(names))
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// hidesOthers reports whether procfs is mounted so that it does not even show
// the processes of others (hidepid=2, proc(5)): the first process always
// exists.
func hidesOthers(proc string) bool {
	_, err := os.Lstat(proc + "/1")
	return errors.Is(err, os.ErrNotExist)
}

// A walker looks at the descriptors of processes. It belongs to one goroutine.
type walker struct {
	proc   string
	native bool // its numbers are those by which this process knows others
	wanted map[uint64]int

	notes bool     // also sockets that are not wanted
	noted []uint64 // of the last directory that was looked into, not more than notedMost

	hits    []hit
	closed  []int // PIDs of processes that may not be looked into
	refused bool  // the one that is looked at may not be

	entries [8 << 10]byte
	link    [64]byte
	path    []byte
	stat    []byte        // of the last process that holds a wanted socket
	stats   [1 << 10]byte // room for that; the longest is below 500 (fs/proc/array.c, do_task_stat)
}

const notedMost = 4096

// A hit is a grip on the socket with that index.
type hit struct {
	grip
	index int
}

// look looks at one process. The directory stays that of this run of the
// program even if the number is given to another meanwhile: then everything
// beneath it is gone.
func (w *walker) look(pid int) {
	w.path = append(strconv.AppendInt(append(append(w.path[:0], w.proc...), '/'), int64(pid), 10), "/fd"...)
	w.lookInto(pid, "../stat")
}

// lookInto looks at the descriptors in the directory at w.path, which belong
// to a process whose stat file stands at stat from there.
func (w *walker) lookInto(pid int, stat string) {
	dir := w.open(pid)
	if dir < 0 {
		return
	}
	defer unix.Close(dir)
	w.refused, w.noted = false, w.noted[:0]
	defer func() {
		if w.refused {
			w.closed = append(w.closed, pid)
		}
	}()
	var birth uint64
	for !w.refused {
		n, err := unix.Getdents(dir, w.entries[:])
		if err != nil || n <= 0 {
			return
		}
		for b := w.entries[:n]; len(b) > direntName; {
			length := int(binary.NativeEndian.Uint16(b[direntLength:]))
			if length <= direntName || length > len(b) {
				return
			}
			name := b[direntName:length]
			b = b[length:]
			number, i, ok := w.socketAt(dir, name)
			if !ok {
				continue
			}
			if birth == 0 {
				if birth, ok = w.birth(dir, stat); !ok {
					return
				}
			}
			descriptor, _ := parseDigits(name)
			w.hits = append(w.hits, hit{grip{number, pid, uint32(descriptor), birth}, i})
		}
	}
}

// Where length and name stand in struct linux_dirent64 (getdents(2)).
const (
	direntLength = 16
	direntName   = 19
)

// open opens the directory at w.path, with descriptors of a process, or
// returns -1.
func (w *walker) open(pid int) int {
	w.path = append(w.path, 0)
	fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(atCWD), uintptr(unsafe.Pointer(&w.path[0])),
		unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0, 0, 0)
	if errno == unix.EACCES || errno == unix.EPERM {
		w.closed = append(w.closed, pid)
	}
	if errno != 0 {
		return -1
	}
	return int(fd)
}

var atCWD = unix.AT_FDCWD // a variable, because the constant is negative

// socketAt returns number and index of the wanted socket that the descriptor
// name, which ends with a zero byte, leads to. The call is made without telling the
// scheduler: procfs answers from memory, and there are tens of thousands.
func (w *walker) socketAt(dir int, name []byte) (number uint64, index int, ok bool) {
	if name[0] < '0' || name[0] > '9' {
		return 0, 0, false
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(unsafe.Pointer(&name[0])),
		uintptr(unsafe.Pointer(&w.link[0])), uintptr(len(w.link)), 0, 0)
	if errno != 0 {
		w.refused = errno == unix.EACCES || errno == unix.EPERM
		return 0, 0, false
	}
	if number, ok = parseSocketLink(w.link[:n]); !ok {
		return 0, 0, false
	}
	if w.notes && len(w.noted) < notedMost {
		w.noted = append(w.noted, number)
	}
	index, ok = w.wanted[number]
	return number, index, ok
}

// birth reads when a process began, from its stat file as seen from dir.
func (w *walker) birth(dir int, stat string) (uint64, bool) {
	fd, err := unix.Openat(dir, stat, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, false
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, w.stats[:])
	if err != nil {
		return 0, false
	}
	w.stat = w.stats[:n]
	return parseBirth(w.stat)
}

// firstPIDNamespace reports whether every process of the machine has a number
// here (PROC_PID_INIT_INO of include/linux/proc_ns.h).
func firstPIDNamespace(r Reader) bool {
	now, err := os.Readlink(r.proc() + "/self/ns/pid")
	return err != nil || now == "pid:[4026531836]"
}
