//go:build unix

package serve

import "syscall"

// full are how a system says that a disk, or somebody's share of it, is full.
var full = []error{syscall.ENOSPC, syscall.EDQUOT}
