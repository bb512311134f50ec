package run

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// self leads to the file of this very process, even when that was replaced.
const self = "/proc/self/exe"

// A proc is a mounted procfs.
type proc struct{ root string }

func newCensus(c Config) census {
	p := proc{c.Root}
	return census{below: p.below, children: p.childNodes, variable: p.variable}
}

// mostNodes bounds a look at something that multiplies without end. What is
// beyond is found when these are gone.
const mostNodes = 1 << 16

// below walks down from root by the lists of children, which cost as much as
// the tree is large, not the machine. Kernels without CONFIG_PROC_CHILDREN are
// asked for every process.
//
// One that forks and ends after its number was read and before its own list was
// leaves a child that stands in neither, and daemons do so twice in a row. So
// where nobody is found but such a one, that is no answer.
func (p proc) below(root int, _ func(node) bool) (found []node, err error) {
	for range mostEscapes {
		var escaped bool
		found, escaped, err = p.walk(root)
		if err != nil || len(found) > 0 || !escaped {
			break
		}
	}
	return found, err
}

// mostEscapes bounds how often is looked again; what has ended and was not
// asked how stays in sight, too.
const mostEscapes = 50

// walk is one look. Escaped reports whether one that was listed had ended by
// the time it was looked at.
func (p proc) walk(root int) (found []node, escaped bool, err error) {
	var buf [4096]byte
	pids, err := p.children(nil, root, -1, &buf)
	if errors.Is(err, unix.ENOENT) && !p.listsChildren() {
		all, err := p.all(&buf)
		if err == nil && !slices.ContainsFunc(all, func(n node) bool { return n.PID == root && !n.ended }) {
			err = p.lost(root, unix.ENOENT)
		}
		return below(all, root, nobody), false, err
	}
	if err != nil {
		return nil, false, p.lost(root, err)
	}
	taken := map[int]bool{root: true}
	for i := 0; i < len(pids) && i < mostNodes; i++ {
		pid := pids[i]
		if taken[pid] {
			continue
		}
		taken[pid] = true
		n, err := p.node(pid, &buf)
		if err != nil || n.ended {
			escaped = true
			continue // its children are another's by now
		}
		found = append(found, n)
		pids, _ = p.children(pids, pid, n.threads, &buf)
	}
	// Only a root that is still there has had them all.
	switch n, err := p.node(root, &buf); {
	case err != nil:
		return nil, false, p.lost(root, err)
	case n.ended:
		return nil, false, ErrLost
	}
	return found, escaped, nil
}

// childNodes returns the children of a process, also those that have ended.
func (p proc) childNodes(pid int) (nodes []node, err error) {
	var buf [4096]byte
	pids, err := p.children(nil, pid, -1, &buf)
	if errors.Is(err, unix.ENOENT) && !p.listsChildren() {
		all, err := p.all(&buf)
		return slices.DeleteFunc(all, func(n node) bool { return n.parent != pid }), err
	}
	for _, child := range pids {
		if n, err := p.node(child, &buf); err == nil {
			nodes = append(nodes, n)
		}
	}
	return nodes, err
}

// lost turns what is said of a guard that has ended into ErrLost.
func (p proc) lost(root int, err error) error {
	switch {
	case !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ESRCH):
		return err
	case unix.Kill(root, 0) != unix.ESRCH:
		return &fs.PathError{Op: "read", Path: p.root, Err: errors.New("a process that is there is not in it; is procfs mounted there?")}
	}
	return ErrLost
}

// listsChildren reports whether the kernel lists the children of processes.
func (p proc) listsChildren() bool {
	pid := strconv.Itoa(os.Getpid())
	_, err := os.Stat(p.root + "/" + pid + "/task/" + pid + "/children")
	return err == nil
}

// children appends the children of every thread of pid: each is listed with
// the thread that made it. Of fewer than 0 threads the number is not known.
func (p proc) children(pids []int, pid, threads int, buf *[4096]byte) ([]int, error) {
	task := p.root + "/" + strconv.Itoa(pid) + "/task/"
	if threads == 1 {
		return p.childrenOf(pids, task+strconv.Itoa(pid), buf)
	}
	dir, err := os.Open(task)
	if err != nil {
		return pids, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return pids, err
	}
	var first error
	for i, tid := range names {
		pids, err = p.childrenOf(pids, task+tid, buf)
		if i == 0 {
			first = err
		}
	}
	return pids, first
}

func (p proc) childrenOf(pids []int, task string, buf *[4096]byte) ([]int, error) {
	fd, err := open(task + "/children")
	if err != nil {
		return pids, err
	}
	defer unix.Close(fd)
	for have := 0; ; {
		n, err := read(fd, buf[have:])
		if n <= 0 {
			return pids, err
		}
		var rest []byte
		pids, rest = parseChildren(pids, buf[:have+n])
		have = copy(buf[:], rest)
	}
}

// node reads what a process is.
func (p proc) node(pid int, buf *[4096]byte) (node, error) {
	fd, err := open(p.root + "/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return node{}, err
	}
	defer unix.Close(fd)
	n, err := read(fd, buf[:])
	if err != nil {
		return node{}, err
	}
	return parseNode(pid, buf[:n])
}

// all reads every process that is in sight.
func (p proc) all(buf *[4096]byte) ([]node, error) {
	dir, err := os.Open(p.root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var all []node
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if n, err := p.node(pid, buf); err == nil {
			all = append(all, n)
		}
	}
	return all, nil
}

// mostEnvironment is how much of an environment is searched.
const mostEnvironment = 1 << 20

// variable returns a variable that a process was started with; empty if it has
// none, or we may not look.
func (p proc) variable(pid int, key string) string {
	f, err := os.Open(p.root + "/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return ""
	}
	defer f.Close()
	b := make([]byte, 4096)
	have := 0
	for have < mostEnvironment {
		n, err := f.Read(b[have:])
		have += n
		if err != nil || n == 0 {
			break
		}
		if have == len(b) {
			b = append(b, make([]byte, len(b))...)
		}
	}
	defer clear(b) // it holds secrets
	for entry := range bytes.SplitSeq(b[:have], []byte{0}) {
		if value, ok := strings.CutPrefix(string(entry), key+"="); ok {
			return value
		}
	}
	return ""
}

func open(path string) (int, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func read(fd int, b []byte) (int, error) {
	for {
		n, err := unix.Read(fd, b)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// birth returns the birth of the process that has a number now; 0 for none.
func birth(c Config, pid int) uint64 {
	var buf [4096]byte
	n, err := proc{c.Root}.node(pid, &buf)
	if err != nil {
		return 0
	}
	return n.Birth
}
