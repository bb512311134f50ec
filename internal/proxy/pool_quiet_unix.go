//go:build unix

package proxy

import (
	"crypto/tls"
	"errors"
	"syscall"
	"time"
)

// isQuiet reports whether an upstream has neither hung up nor said anything while
// it was not asked. The kernel knows without waiting (recv(2), MSG_PEEK).
func (t *tether) isQuiet(time.Time) bool {
	c := t.line.Conn
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	raw, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return false
	}
	isQuiet := false
	err = control.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		isQuiet = errors.Is(err, syscall.EAGAIN)
	})
	return err == nil && isQuiet
}
