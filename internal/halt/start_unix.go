//go:build unix

package halt

import "syscall"

// alone puts a program into a session of its own, so that it does not end with
// the terminal that limen was asked from.
var alone = &syscall.SysProcAttr{Setsid: true}
