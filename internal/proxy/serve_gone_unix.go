//go:build unix

package proxy

import "syscall"

// isDisowned reports whether the system of a client that has closed its side says that
// there is nobody any more: by a reset, at the latest to TCP's own probes (FIN_WAIT2 and
// keep-alive, tcp(7)). Reading gives the end that came before it, for ever. Writing
// nothing sends nothing, and fails (tcp_sendmsg_locked of Linux).
func (g *guest) isDisowned() bool {
	socket, ok := g.Conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return true // it is closed on this side
	}
	var answer error
	err = raw.Control(func(fd uintptr) { _, answer = syscall.Write(int(fd), nil) })
	return err != nil || answer == syscall.EPIPE || answer == syscall.ECONNRESET
}
