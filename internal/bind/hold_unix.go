//go:build unix

package bind

import (
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"
)

// sockets are the descriptors of a Placeholder.
type sockets []int

// Close gives the port up.
func (s sockets) Close() error {
	var all []error
	for _, fd := range s {
		all = append(all, unix.Close(fd))
	}
	return errors.Join(all...)
}

// Hold keeps a TCP port on every family this machine has.
func Hold(port uint16) (Placeholder, error) {
	var held sockets
	for _, a := range []netip.Addr{netip.AddrFrom4([4]byte{}), netip.IPv6Unspecified()} {
		fd, err := holdOne(a, port)
		switch {
		case err == nil:
			held = append(held, fd)
		case !noAddress(err):
			return nil, errors.Join(err, held.Close())
		}
	}
	if len(held) == 0 {
		return nil, ErrNoAddress
	}
	return held, nil
}

func holdOne(a netip.Addr, port uint16) (int, error) {
	family := unix.AF_INET
	if a.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil && a.Is4() {
		err = unix.Bind(fd, &unix.SockaddrInet4{Port: int(port)})
	} else if err == nil {
		if err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err == nil {
			err = unix.Bind(fd, &unix.SockaddrInet6{Port: int(port)})
		}
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
