//go:build unix

package daemon

import "syscall"

// detached starts a process in a session of its own, so that it does not end
// with the terminal it was started from.
var detached = &syscall.SysProcAttr{Setsid: true}
