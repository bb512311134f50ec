//go:build linux || darwin || freebsd

package wire

import "net"

// A credential reads who is at the other end from a socket's descriptor.
type credential func(fd int) (Caller, error)

// of reads it of a connection.
func (read credential) of(c *net.UnixConn) (who Caller, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return who, err
	}
	if outer := raw.Control(func(fd uintptr) { who, err = read(int(fd)) }); outer != nil {
		return who, outer
	}
	return who, err
}
