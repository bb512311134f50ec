//go:build unix

package bind

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// bindOnce binds the port at a and closes it again.
func bindOnce(t limen.Transport, a netip.Addr, port uint16, reuse bool) error {
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	if a.Is6() {
		family = unix.AF_INET6
	}
	if t == limen.UDP {
		kind = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(family, kind, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoSocket, err)
	}
	defer unix.Close(fd)
	unix.CloseOnExec(fd)
	if reuse {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
	}
	if a.Is4() {
		return unix.Bind(fd, &unix.SockaddrInet4{Port: int(port), Addr: a.As4()})
	}
	// Only the unspecified address can stand for both families. OpenBSD
	// refuses to unset the option, and is then tried for IPv6 alone.
	only := 1
	if a.IsUnspecified() {
		only = 0
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
	return unix.Bind(fd, &unix.SockaddrInet6{Port: int(port), Addr: a.As16(), ZoneId: zoneID(a.Zone())})
}

// zoneID returns the number of the interface that an address's zone names,
// or 0, with which the kernel refuses a link-local address.
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

// noAddress reports whether a bind failed for want of the address or family.
func noAddress(err error) bool {
	return errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EAFNOSUPPORT)
}
