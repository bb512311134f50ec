package run

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// adopt makes this process the parent of every process below it whose own
// parent ends (PR_SET_CHILD_SUBREAPER of linux/prctl.h).
func adopt() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// rename gives this process another name than limen's, so that whoever ends
// all limens by name does not end guard and front in the same moment.
func rename() { os.WriteFile("/proc/self/comm", []byte("run-guard"), 0) }

// deathSignal has the kernel ask a program to end when the guard is killed, for
// the case that the front is killed with it.
func deathSignal() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
