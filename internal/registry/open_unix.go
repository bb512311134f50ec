//go:build unix

package registry

import "syscall"

// openFlags keep open(2) from waiting for the other end of a FIFO.
const openFlags = syscall.O_NONBLOCK
