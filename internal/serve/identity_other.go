//go:build !linux && !darwin && !freebsd && !windows

package serve

import "os"

// identity is not known here; size and time have to do.
func identity(*os.File, os.FileInfo) (number uint64, changed int64) { return 0, 0 }
