//go:build !linux && !darwin && !freebsd

package sockets

import "github.com/limenhq/limen"

// isRunning reports whether a process is still there. It need not be known:
// the table that is read here names the holders of every socket each time.
func (Reader) isRunning(limen.ProcessID) bool { return true }
