package proxy

import (
	"syscall"
	"unsafe"
)

// A tcpInfo is what the kernel knows of a connection: the beginning of struct tcp_info
// (linux/tcp.h).
type tcpInfo struct {
	state tcpState
	_     [119]byte
	acked uint64 // bytes that the other side has acknowledged; its agreement to begin counts for one (tcp_snd_una_update of Linux)
}

// A tcpState is the state of a connection (include/net/tcp_states.h of Linux).
type tcpState uint8

const (
	tcpClose     tcpState = 7 // nothing comes or goes any more, as behind a reset
	tcpCloseWait tcpState = 8 // the other side has ended
)

// tcpInfoOf asks for it. It is not ok for a socket of another kind.
func tcpInfoOf(fd uintptr) (info tcpInfo, ok bool) {
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := syscall.RawSyscall6(syscall.SYS_GETSOCKOPT, fd, syscall.IPPROTO_TCP, syscall.TCP_INFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	return info, errno == 0 && uintptr(size) == unsafe.Sizeof(info)
}
