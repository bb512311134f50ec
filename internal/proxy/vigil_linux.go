package proxy

import (
	"syscall"
	"unsafe"
)

// unread reports whether a client has ended its side, which the kernel knows before all
// that came was read (tcp_fin of Linux), and how much of that is left to be read (SIOCINQ,
// tcp(7)).
func (g *guest) unread() (n uint64, hasEnded bool) {
	raw, ok := rawOf(g.Conn)
	if !ok {
		return 0, false
	}
	var waiting int32
	err := raw.Control(func(fd uintptr) {
		info, known := tcpInfoOf(fd)
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&waiting)))
		hasEnded = known && info.state == tcpCloseWait && errno == 0 && waiting >= 0
	})
	return uint64(waiting), hasEnded && err == nil
}
