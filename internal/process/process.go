// Package process reads what a run of a program is: its file and arguments,
// its user, its directory, who started it and where it runs.
//
// Nearly all of that was chosen by the process itself. The package reports it
// as it is found and draws no conclusion that a person would have to trust.
package process

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// ErrGone means that a process has ended, or that its number now belongs to
// another run.
var ErrGone = errors.New("the process has ended, or its number now belongs to another run")

// A Reader reads about processes. Its zero value reads those of this machine.
// It may be used by several goroutines at once.
//
// It believes for its whole life what it once read of parents, users and the
// machine, so it is made for one question and then dropped.
type Reader struct {
	Root   string // where procfs is mounted; empty means /proc
	Passwd string // the list of users; empty means /etc/passwd

	machineOnce sync.Once // fills machine
	machine     machine

	usersOnce sync.Once // fills users
	users     map[uint32]string

	mu   sync.Mutex // guards runs
	runs map[int]seen

	table table // of systems that tell of all processes at once
}

// Facts are what is known of one run of a program. Those that may not be seen
// are left empty. Paths are as the process sees them, which in a container is
// not as we do.
type Facts struct {
	limen.Process // without Project, Framework, Orphan and Usage, which take more than one process to tell

	CommandCut bool   // Command was longer than 8 KiB and is cut there
	Cgroup     string // its path in the unified hierarchy, or in systemd's own where that says only "/"; empty if unknown

	Session     int    // the session it is in; 0 if that was made outside this pid namespace
	SessionGone bool   // the process that made the session has ended
	Terminal    string // such as "pts/3"; empty if it has none
	InnerPID    int    // its number in the innermost pid namespace it is in; 0 if that is this one

	// Reparented means that its parent adopts orphans: it is pid 1 of this
	// or of its own pid namespace, a program known to be a child subreaper,
	// or younger than its child. Services that pid 1 started itself look the
	// same; what keeps the process tells them apart.
	Reparented bool
}

// commandLimit is how many bytes of arguments are read of a process. The
// kernel allows megabytes (execve(2), "Limits on size of arguments").
const commandLimit = 8 << 10

// scratch is room for one small file of procfs. Its last byte tells a command
// line of exactly commandLimit bytes from a longer one.
type scratch [commandLimit + 1]byte

// A system is how the processes of an operating system are looked at. Each
// operating system has its own in the variable native; procfs is one.
type system struct {
	identify func(*Reader, int) (limen.ProcessID, error)
	read     func(*Reader, limen.ProcessID) (Facts, error)
	environ  func(*Reader, limen.ProcessID, ...string) (map[string]string, error)
	usage    func(*Reader, limen.ProcessID, time.Time) (limen.Usage, error)
	pids     func(*Reader) ([]int, error)
}

var procfs = system{(*Reader).identifyProcfs, (*Reader).readProcfs, (*Reader).environProcfs, (*Reader).usageProcfs, (*Reader).pidsProcfs}

// Read returns what is known of a run. A Birth of 0 means whichever run has
// the number now. It returns ErrGone unless the same run was there when
// reading began and when it ended. A run that has ended but was not yet waited
// for still has a few facts, its name and parent among them.
func (r *Reader) Read(id limen.ProcessID) (Facts, error) { return native.read(r, id) }

func (r *Reader) readProcfs(id limen.ProcessID) (Facts, error) {
	var buf scratch
	d, s, err := r.open(id, &buf)
	if err != nil {
		return Facts{}, err
	}
	defer d.close()

	var f Facts
	f.ProcessID = limen.ProcessID{PID: id.PID, Birth: s.birth}
	f.Started = r.started(s.birth)
	p := d.program(s, &buf)
	f.Name, f.Executable, f.Deleted, f.Command, f.CommandCut = p.name, p.executable, p.deleted, p.command, p.cut
	f.Directory, _, _ = d.file("cwd", &buf)
	f.Cgroup = parseCgroup(d.whole("cgroup", &buf))
	f.Terminal = terminalName(s.terminal)
	f.InnerPID = r.innerPID(d, &buf)
	if uid, err := d.owner(); err == nil {
		f.User = r.User(uid)
	}

	r.lineage(&f, d, s, &buf)
	if err := d.alive(); err != nil {
		return Facts{}, err
	}
	return f, nil
}

// PIDs returns the number of every process that is in sight, in no order.
func (r *Reader) PIDs() ([]int, error) { return native.pids(r) }

func (r *Reader) pidsProcfs() ([]int, error) { return pids(r.root()) }

func (r *Reader) root() string {
	if r.Root == "" {
		return "/proc"
	}
	return r.Root
}

// open holds on to a run whose identity has been checked. The caller closes it.
func (r *Reader) open(id limen.ProcessID, buf *scratch) (dir, stat, error) {
	if id.PID < 1 {
		return dir{}, stat{}, gone(id.PID)
	}
	d, err := openDir(r.root(), id.PID)
	if err != nil {
		return dir{}, stat{}, err
	}
	s, err := d.stat(buf)
	if err == nil && id.Birth != 0 && id.Birth != s.birth {
		err = gone(id.PID)
	}
	if err != nil {
		d.close()
		return dir{}, stat{}, err
	}
	return d, s, nil
}

func gone(pid int) error { return fmt.Errorf("pid %d: %w", pid, ErrGone) }

// stat reads the process's vital data.
func (d dir) stat(buf *scratch) (stat, error) {
	n, err := d.read("stat", buf[:])
	if err != nil {
		return stat{}, err
	}
	s, err := parseStat(buf[:n])
	if err != nil {
		return stat{}, fmt.Errorf("pid %d: %w", d.pid, err)
	}
	return s, nil
}

// whole returns all of a small file, or nothing if it cannot be had. The
// result may lie in buf.
func (d dir) whole(name string, buf *scratch) []byte {
	n, err := d.read(name, buf[:])
	if err != nil {
		return nil
	}
	if n < len(buf) {
		return buf[:n]
	}
	// Thirteen hierarchies with a path of 4 KiB each are the most a control
	// group file is known to hold.
	long := make([]byte, 64<<10)
	if n, err = d.read(name, long); err != nil {
		return nil
	}
	return long[:n]
}
