package sockets

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Numbers of bsd/sys/proc_info.h, and of proc_info_private.h for the calls.
const (
	sysProcInfo = 336 // bsd/kern/syscalls.master

	procInfoPID = 2 // PROC_INFO_CALL_PIDINFO
	procInfoFD  = 3 // PROC_INFO_CALL_PIDFDINFO

	procPIDDescriptors = 1 // PROC_PIDLISTFDS
	procFDSocket       = 3 // PROC_PIDFDSOCKETINFO
)

// procInfo asks the kernel about a process. It is the system call beneath
// proc_pidinfo(3) and its kin, made directly: to call the library without cgo,
// Go needs a linkname into its own runtime, which it keeps for itself and
// golang.org/x/sys. Apple promises the number of no system call, but this one
// is the same since Mac OS X 10.5, and the size of every answer is checked.
//
// It returns the bare errno, so that callers can tell what is no error.
func procInfo(call, pid, flavor, arg int, b []byte) (int, error) {
	n, _, errno := unix.Syscall6(sysProcInfo, uintptr(call), uintptr(pid), uintptr(flavor), uintptr(arg),
		uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	switch {
	case errno != 0:
		return 0, errno
	case n > uintptr(len(b)):
		return 0, fmt.Errorf("%w: proc_info answers with %d bytes in %d", errors.ErrUnsupported, n, len(b))
	}
	return int(n), nil
}

// descriptors returns those descriptors of a process that are sockets.
func descriptors(pid int) ([]int, error) {
	const most = 8 << 20 // a million descriptors
	for size := 4 << 10; ; size *= 4 {
		b := make([]byte, size)
		n, err := procInfo(procInfoPID, pid, procPIDDescriptors, 0, b)
		if err != nil {
			return nil, err
		}
		// The kernel fills what room there is, and says no more than that.
		if n < len(b) || size >= most {
			return parseDescriptors(b[:n]), nil
		}
	}
}
