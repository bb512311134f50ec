package wait

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// openHandle returns a pidfd; nil where there is none, as before Linux 5.10
// and where a sandbox forbids it. It is non-blocking, so that it can be waited
// for like a connection (pidfd_open(2)).
func openHandle(pid int) *os.File {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), fmt.Sprintf("pidfd of %d", pid))
}

// awaitEnd waits until a pidfd can be read, which is when its process has
// ended (pidfd_open(2)).
func awaitEnd(ctx context.Context, handle *os.File) bool {
	stop := context.AfterFunc(ctx, func() { handle.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	raw, err := handle.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Read(func(fd uintptr) bool {
		polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(polled, 0)
		return err == nil && n > 0
	})
	return err == nil
}

// statusOf returns how a process has ended: as wait(2) tells it, but to
// anybody who held a pidfd by then (PIDFD_INFO_EXIT of linux/pidfd.h, since
// 6.15). It reports false as long as the parent has not heard of it.
func statusOf(handle *os.File) (status *int, signal string, known bool) {
	if handle == nil {
		return nil, "", false
	}
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT}
	raw, err := handle.SyscallConn()
	if err != nil {
		return nil, "", false
	}
	var refused error
	err = raw.Control(func(fd uintptr) { refused = unix.IoctlPidfdInfo(int(fd), &info) })
	if err != nil || refused != nil || info.Mask&unix.PIDFD_INFO_EXIT == 0 {
		return nil, "", false
	}
	how := unix.WaitStatus(info.Exit_code)
	if how.Signaled() {
		return nil, unix.SignalName(how.Signal()), true
	}
	code := how.ExitStatus()
	return &code, "", true
}

// openOutputs returns the files that a process writes its errors and its
// output to. Anything else is left alone: who reads from a pipe takes it from
// its reader.
func openOutputs(pid int) (files []*os.File) {
	for _, fd := range []int{2, 1} {
		name := fmt.Sprintf("/proc/%d/fd/%d", pid, fd)
		if about, err := os.Stat(name); err != nil || !about.Mode().IsRegular() {
			continue
		}
		f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			continue
		}
		if about, err := f.Stat(); err != nil || !about.Mode().IsRegular() { // it was exchanged in between
			f.Close()
			continue
		}
		files = append(files, f)
	}
	return files
}
