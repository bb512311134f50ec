//go:build !unix

package halt

import "syscall"

// alone is what a program needs here to go on by itself: nothing.
var alone *syscall.SysProcAttr
