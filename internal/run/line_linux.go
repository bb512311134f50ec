package run

import "golang.org/x/sys/unix"

// What line_unix.go needs of this system.
const (
	noSignal    = unix.MSG_NOSIGNAL
	closeOnExec = unix.MSG_CMSG_CLOEXEC
)
