//go:build !unix

package cli

import "syscall"

// detached is what a process in the background needs here: nothing.
var detached *syscall.SysProcAttr
