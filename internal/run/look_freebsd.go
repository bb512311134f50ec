package run

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// table reads every process of the machine.
func table() ([]node, error) {
	b, err := unix.SysctlRaw("kern.proc.proc", 0) // without a row for each thread
	if err != nil {
		return nil, err
	}
	return parseKinfos(b)
}

// adopt makes this process the parent of every process below it whose own
// parent ends (procctl(2)).
func adopt() error {
	const processID, reapAcquire = 0, 2 // P_PID of sys/wait.h, PROC_REAP_ACQUIRE of sys/procctl.h
	_, _, errno := unix.Syscall6(unix.SYS_PROCCTL, processID, uintptr(os.Getpid()), reapAcquire, 0, 0, 0)
	if errno != 0 && errno != unix.EBUSY { // it is one already
		return errno
	}
	return nil
}

// deathSignal has the kernel ask a program to end when the guard is killed, for
// the case that the front is killed with it.
func deathSignal() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
