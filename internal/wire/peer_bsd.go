//go:build darwin || freebsd

package wire

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// solLocal is SOL_LOCAL of sys/un.h, the level of options of Unix sockets.
const solLocal = 0

// peer returns the user at the other end: struct xucred of sys/ucred.h
// (unix(4), LOCAL_PEERCRED). The PID is not asked for: macOS has an option of
// its own for it, and nobody needs it to decide.
func peer(c *net.UnixConn) (Caller, error) {
	return credential(func(fd int) (Caller, error) {
		u, err := unix.GetsockoptXucred(fd, solLocal, unix.LOCAL_PEERCRED)
		if err != nil {
			return Caller{}, os.NewSyscallError("getsockopt LOCAL_PEERCRED", err)
		}
		return Caller{UID: int(u.Uid)}, nil
	}).of(c)
}
