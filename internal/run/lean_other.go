//go:build !linux

package run

import "runtime/debug"

// GiveBack gives back the memory that starting has taken and waiting does not
// need.
func GiveBack() { debug.FreeOSMemory() }
