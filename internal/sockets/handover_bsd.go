//go:build darwin || freebsd

package sockets

import (
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// isRunning reports whether a run of a program is there. One that has ended is
// until its parent has asked how; its sockets are looked at when it is not.
func (Reader) isRunning(id limen.ProcessID) bool {
	b, err := unix.SysctlRaw("kern.proc.pid", id.PID)
	if err != nil {
		return err != unix.ESRCH // what may not be seen is there; macOS gives no row instead
	}
	all, err := parseKinfos(b, processLayout)
	return err != nil || all[id.PID].birth == id.Birth && id.Birth != 0
}
