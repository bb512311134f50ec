package process

import (
	"errors"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// maxAncestors bounds the way up. Real ones are a dozen long.
const maxAncestors = 64

// A relative is what is remembered of a process that others descend from.
type relative struct {
	limen.Ancestor
	program string // the base name of what it runs
	parent  int
	ended   bool
}

// seen is what came of looking at a relative. It is kept whether or not there
// was anything to see: thousands of processes can have the same parent.
type seen struct {
	relative
	err error
}

// relative returns the process with the number pid.
func (r *Reader) relative(pid int) (relative, error) { return r.recall(pid, r.readRelative) }

// recall returns the process with the number pid, as it was when it was asked
// for first.
func (r *Reader) recall(pid int, read func(pid int) (relative, error)) (relative, error) {
	r.mu.Lock()
	known, ok := r.runs[pid]
	r.mu.Unlock()
	if ok {
		return known.relative, known.err
	}
	// Two goroutines may look at once; that costs less than waiting.
	rel, err := read(pid)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs == nil {
		r.runs = make(map[int]seen)
	}
	r.runs[pid] = seen{rel, err}
	return rel, err
}

func (r *Reader) readRelative(pid int) (relative, error) {
	var buf scratch
	d, s, err := r.open(limen.ProcessID{PID: pid}, &buf)
	if err != nil {
		return relative{}, err
	}
	defer d.close()
	p := d.program(s, &buf)
	return relative{
		limen.Ancestor{ProcessID: limen.ProcessID{PID: pid, Birth: s.birth}, Name: p.name},
		baseName(p.executable, p.command, s.comm), s.parent, s.ended(),
	}, nil
}

// lineage fills in where the process comes from: its parent and the parents
// of that, its session, and whether its parent has adopted it.
func (r *Reader) lineage(f *Facts, d dir, s stat, buf *scratch) {
	if s.parent > 0 {
		if _, err := r.relative(s.parent); errors.Is(err, ErrGone) {
			// It ended while we looked, and the process has another parent now.
			if now, err := d.stat(buf); err == nil {
				s = now
			}
		}
	}
	f.Parent = s.parent
	f.Ancestors = ancestors(f.PID, s.parent, r.relative)
	f.Session, f.SessionGone = s.session, s.session == f.PID && s.ended()
	if s.session != 0 && s.session != f.PID {
		// The number of a session's leader is not given to another process
		// while the session lives (free_pid in kernel/pid.c), so the number
		// alone names the leader.
		leader, err := r.relative(s.session)
		f.SessionGone = errors.Is(err, ErrGone) || leader.ended
	}
	f.Reparented = r.reparented(f)
}

// ancestors returns the parents of a process, nearest first, as far up as
// they can be seen: to pid 1, or to the border of the pid namespace, where a
// parent's number is 0.
func ancestors(pid, parent int, find func(pid int) (relative, error)) (up []limen.Ancestor) {
	for parent > 0 && parent != pid && len(up) < maxAncestors {
		rel, err := find(parent)
		if err != nil || slices.ContainsFunc(up, func(a limen.Ancestor) bool { return a.PID == rel.PID }) {
			break // a loop can only come of numbers that changed hands while we looked
		}
		up = append(up, rel.Ancestor)
		parent = rel.parent
	}
	return up
}

// reapers are programs that make themselves child subreapers (prctl(2),
// PR_SET_CHILD_SUBREAPER), by the start of their names. The kernel does not
// show which processes are.
var reapers = []string{
	"systemd",         // the manager of a user's services; as pid 1 it needs no line
	"containerd-shim", // of Docker and containerd, one for each container
	"conmon",          // the same of Podman and CRI-O
	"init",            // of a distribution that runs beside others in one virtual machine
	"tini",            // with -s
	"docker-init",     // tini under another name
	"catatonit",       // Podman's init
	"dumb-init",
	// Terminals, desktops and build tools are left out: some are subreapers
	// in some versions, and all have children of their own that they care for.
}

// reparented reports whether the parent of f is one that adopts orphans.
func (r *Reader) reparented(f *Facts) bool {
	if f.Parent == 1 {
		return true
	}
	if f.Parent == 0 || len(f.Ancestors) == 0 {
		return false
	}
	parent, err := r.relative(f.Parent)
	if err != nil {
		return false
	}
	if parent.Birth > f.Birth {
		return true // nobody is older than who started it
	}
	for _, name := range reapers {
		if strings.HasPrefix(parent.program, name) {
			return true
		}
	}
	return f.InnerPID > 1 && r.innerPIDOf(f.Parent) == 1
}

// innerPIDOf is innerPID of a process that is not being read.
func (r *Reader) innerPIDOf(pid int) int {
	var buf scratch
	d, _, err := r.open(limen.ProcessID{PID: pid}, &buf)
	if err != nil {
		return 0
	}
	defer d.close()
	return r.innerPID(d, &buf)
}
