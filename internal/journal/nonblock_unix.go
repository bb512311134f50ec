//go:build unix

package journal

import "syscall"

// nonblock opens a pipe that took a file's place without waiting for its other
// end.
const nonblock = syscall.O_NONBLOCK
