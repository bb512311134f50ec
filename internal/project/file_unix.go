//go:build unix

package project

import "syscall"

// openFlags keep open(2) from waiting for the other end of a FIFO and from
// following a link in the last element of the path.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOFOLLOW
