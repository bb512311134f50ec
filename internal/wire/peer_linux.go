package wire

import (
	"net"
	"os"
	"syscall"
)

// peer returns who made a connection, or listens where it leads: struct ucred
// of linux/socket.h, which the kernel fills in at connect(2) and listen(2)
// (unix(7), SO_PEERCRED).
func peer(c *net.UnixConn) (Caller, error) {
	return credential(func(fd int) (Caller, error) {
		u, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
		if err != nil {
			return Caller{}, os.NewSyscallError("getsockopt SO_PEERCRED", err)
		}
		return Caller{UID: int(u.Uid), PID: int(u.Pid)}, nil
	}).of(c)
}
