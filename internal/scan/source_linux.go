package scan

import (
	"net"

	"golang.org/x/sys/unix"
)

// chooseSource finds a port to ask from. A port that is bound already costs the
// kernel no search for each question.
func (e *engine) chooseSource() error {
	fd, err := e.plain()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, e.from(0)); err != nil {
		return err
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	switch own := own.(type) {
	case *unix.SockaddrInet4:
		e.source = uint16(own.Port)
	case *unix.SockaddrInet6:
		e.source = uint16(own.Port)
	}
	return nil
}

// from is where to ask from. To 127.0.0.0/8 it is another address of it:
// whoever asks a port from that very port connects to himself, as if somebody
// listened there (RFC 9293 §3.5). To other addresses the route decides.
func (e *engine) from(port uint16) unix.Sockaddr {
	if e.to.Is6() {
		return &unix.SockaddrInet6{Port: int(port)}
	}
	a := &unix.SockaddrInet4{Port: int(port)}
	if e.to.IsLoopback() {
		a.Addr = [4]byte{127, 113, 7, 1}
		if e.to.As4() == a.Addr {
			a.Addr[3] = 2
		}
	}
	return a
}

// socket makes a socket to ask a port with.
func (e *engine) socket(port uint16) (int, error) {
	fd, err := e.plain()
	if err != nil || port == e.source { // which would ask itself; the kernel finds another
		return fd, err
	}
	// Several may ask from the same port, each somebody else.
	if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err == nil {
		err = unix.Bind(fd, e.from(e.source))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// plain makes a socket whose own end the kernel chooses.
func (e *engine) plain() (int, error) {
	family := unix.AF_INET
	if e.to.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	// Closed with a reset: the kernel keeps nothing of a connection that
	// neither side has used, and no port is blocked by TIME_WAIT.
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	return fd, nil
}

// address is a port of the target.
func (e *engine) address(port uint16) unix.Sockaddr {
	if e.to.Is4() {
		return &unix.SockaddrInet4{Addr: e.to.As4(), Port: int(port)}
	}
	return &unix.SockaddrInet6{Addr: e.to.As16(), Port: int(port), ZoneId: zoneID(e.to.Zone())}
}

func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0
	}
	return uint32(i.Index)
}
