//go:build !linux

package run

import "runtime/debug"

// Lean gives back the memory that starting has taken and waiting does not need.
func Lean() {
	debug.SetGCPercent(leanGC)
	debug.FreeOSMemory()
}
