//go:build darwin || freebsd

package process

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

var native = system{(*Reader).identifyBSD, (*Reader).readBSD, (*Reader).environBSD, (*Reader).usageBSD, (*Reader).pidsBSD}

// readBSD joins what the system tells anyone of a process with what it tells
// of it by its number, to those who may know. The number is asked for its run
// once more when all is read.
func (r *Reader) readBSD(id limen.ProcessID) (Facts, error) {
	k, err := readKinfo(id)
	if err != nil {
		return Facts{}, err
	}
	var f Facts
	f.ProcessID, f.Started = k.ProcessID, k.started()
	f.User = r.User(k.uid)
	f.Executable = executable(k.PID)
	f.Command, f.CommandCut = command(k.PID)
	f.Directory = directory(k.PID)
	f.Name = nameOf(f.Executable, f.Command, k.comm)
	f.Terminal = terminalAt(k.terminal)
	f.Parent, f.Ancestors = k.parent, ancestors(k.PID, k.parent, r.relativeBSD)
	f.Reparented = k.parent == 1 // who else adopts orphans is not told
	f.Session = sessionOf(k)
	// The number of a session is not given to a process while the session
	// lives (fork1 of FreeBSD's kern_fork.c, forkproc of macOS's), so the
	// number alone names the leader.
	if f.Session > 0 && f.Session != k.PID {
		leader, err := readKinfo(limen.ProcessID{PID: f.Session})
		f.SessionGone = errors.Is(err, ErrGone) || leader.ended
	}
	if _, err := readKinfo(k.ProcessID); err != nil {
		return Facts{}, err
	}
	return f, nil
}

// readKinfo reads what anyone may know of a run. A Birth of 0 means whichever
// run has the number.
func readKinfo(id limen.ProcessID) (kinfo, error) {
	if id.PID < 1 {
		return kinfo{}, gone(id.PID)
	}
	b, err := sysctlOf("kern.proc.pid", id.PID)
	if err != nil {
		return kinfo{}, err
	}
	all, err := parseKinfos(b, processLayout)
	switch {
	case err != nil:
		return kinfo{}, err
	case len(all) != 1 || all[0].PID != id.PID || id.Birth != 0 && id.Birth != all[0].Birth:
		return kinfo{}, gone(id.PID)
	}
	return all[0], nil
}

// sysctlOf asks for what the system keeps of one process. It returns an error
// that is fs.ErrPermission if that is not for us to know.
func sysctlOf(name string, pid int) ([]byte, error) {
	b, err := unix.SysctlRaw(name, pid)
	switch err {
	case nil:
		return b, nil
	case unix.ESRCH:
		return nil, gone(pid)
	}
	return nil, &fs.PathError{Op: "sysctl", Path: name + "." + strconv.Itoa(pid), Err: err}
}

// relativeBSD returns the process with the number pid.
func (r *Reader) relativeBSD(pid int) (relative, error) {
	return r.recall(pid, func(pid int) (relative, error) {
		k, err := readKinfo(limen.ProcessID{PID: pid})
		rel := relative{Ancestor: limen.Ancestor{ProcessID: k.ProcessID}, parent: k.parent, ended: k.ended}
		if err == nil {
			args, _ := command(pid)
			rel.Name = nameOf(executable(pid), args, k.comm)
		}
		return rel, err
	})
}

func (r *Reader) identifyBSD(pid int) (limen.ProcessID, error) {
	k, err := readKinfo(limen.ProcessID{PID: pid})
	return k.ProcessID, err
}

func (r *Reader) environBSD(id limen.ProcessID, keys ...string) (map[string]string, error) {
	k, err := readKinfo(id)
	if err != nil {
		return nil, err
	}
	block, err := environment(k.PID)
	defer clear(block)
	if err != nil {
		return nil, err
	}
	if _, err := readKinfo(k.ProcessID); err != nil {
		return nil, err
	}
	return pickVariables(block[:min(len(block), environLimit)], len(block) > environLimit, keys), nil
}

func (r *Reader) usageBSD(id limen.ProcessID, now time.Time) (limen.Usage, error) {
	k, err := readKinfo(id)
	if err != nil {
		return limen.Usage{}, err
	}
	u, err := usage(k)
	if err != nil {
		return limen.Usage{}, err
	}
	if lived := now.Sub(k.started()); lived > 0 {
		u.Share = float64(u.CPU) / float64(lived)
	}
	return u, nil
}

func (r *Reader) pidsBSD() ([]int, error) {
	b, err := unix.SysctlRaw(processTable)
	if err != nil {
		return nil, &fs.PathError{Op: "sysctl", Path: processTable, Err: err}
	}
	all, err := parseKinfos(b, processLayout)
	var pids []int
	for _, k := range all {
		if k.PID > 0 { // 0 is the kernel itself
			pids = append(pids, k.PID)
		}
	}
	return pids, err
}

// terminalFiles are where the devices stand that can be a controlling terminal.
// Their numbers are given out as they come, and say nothing by themselves.
var terminalFiles = []string{"/dev/pts/*", "/dev/tty*", "/dev/console"}

// terminalAt returns the name under /dev of a terminal, such as "ttys003" or
// "pts/3"; empty if there is none.
func terminalAt(device int64) string {
	if device == -1 {
		return ""
	}
	for _, pattern := range terminalFiles {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			var st unix.Stat_t
			if unix.Lstat(name, &st) == nil && int64(st.Rdev) == device {
				return strings.TrimPrefix(name, "/dev/")
			}
		}
	}
	return ""
}
