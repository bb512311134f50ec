//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// isUnread reports whether whoever read what is written to f has gone. Linux
// says so as POLLERR, others as POLLHUP, and neither needs to be asked for
// (poll(2)).
func isUnread(f *os.File) (unread bool) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false // writing will tell
	}
	conn.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(fds, 0)
		unread = err == nil && n > 0 && fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
	})
	return unread
}
