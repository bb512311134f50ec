package run

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// table reads every process of the machine. Sessions are not told; who makes
// one is in a group of its own, too (setsid(2)).
func table() ([]node, error) {
	rows, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, err
	}
	all := make([]node, len(rows))
	for i, r := range rows {
		start := r.Proc.P_starttime
		all[i] = node{
			ProcessID: limen.ProcessID{PID: int(r.Proc.P_pid), Birth: uint64(start.Sec)*1e6 + uint64(start.Usec)},
			parent:    int(r.Eproc.Ppid), group: int(r.Eproc.Pgid), threads: 1,
			ended: r.Proc.P_stat == zombie,
		}
	}
	return all, nil
}

// adopt does nothing: launchd adopts all orphans.
func adopt() error { return nil }

// deathSignal is for systems that tell a process of its parent's end.
func deathSignal() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
