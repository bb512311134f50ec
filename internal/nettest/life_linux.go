package nettest

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lifeAttr makes a child end with the thread that starts it, as a second
// string to the pipe that it watches: a changed user or a stopped process
// would each escape one of the two. The thread must stay as long as the child
// is wanted (prctl(2), PR_SET_PDEATHSIG), and so is locked to its goroutine.
//
// A child that leads a session has no terminal of the test's.
func lifeAttr(leadsSession bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: leadsSession}
}

// become gives up root for the user and group of one number.
func become(user int) error {
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("cannot leave root's groups: %w", err)
	}
	if err := syscall.Setgid(user); err != nil {
		return fmt.Errorf("cannot become group %d: %w", user, err)
	}
	if err := syscall.Setuid(user); err != nil {
		return fmt.Errorf("cannot become user %d: %w", user, err)
	}
	// The kernel forgets the wish of lifeAttr with the user.
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0)
}

// openProcess opens a handle on a process that is no child, whose number
// could be another's by the time it is awaited (pidfd_open(2)).
func openProcess(pid int) (*os.File, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, os.NewSyscallError("pidfd_open", err)
	}
	return os.NewFile(uintptr(fd), "process"), nil
}

// awaitEnd waits until the process of a handle has ended.
func awaitEnd(process *os.File) {
	end := []unix.PollFd{{Fd: int32(process.Fd()), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(end, -1); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
