package bind

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

// A plain bind is tried, without SO_EXCLUSIVEADDRUSE and SO_REUSEADDR, as
// nearly all servers bind. What then collides is in the reference, "Using
// SO_REUSEADDR and SO_EXCLUSIVEADDRUSE": the same address always, a wildcard
// and one address only if one of the two sockets is exclusive. So a port can
// be free at 127.0.0.1 while someone listens on 0.0.0.0, and the other way
// around.

// refusals are what the system says to a bind that collides.
var refusals = map[error]string{
	windows.WSAEADDRINUSE: "the address is in use (WSAEADDRINUSE)",
	windows.WSAEACCES: "access is denied (WSAEACCES): another socket has the port for itself alone (SO_EXCLUSIVEADDRUSE), " +
		"or it is in an excluded range, which Hyper-V and WSL set aside (netsh int ipv4 show excludedportrange tcp)",
}

// bindOnce binds the port at a and closes it again.
func bindOnce(t limen.Transport, a netip.Addr, port uint16, reuse bool) error {
	if reuse {
		// Here it would take the port away from whoever listens on it, and
		// succeed. A closed connection is in no plain bind's way either.
		return windows.WSAEADDRINUSE
	}
	family, kind := windows.AF_INET, windows.SOCK_STREAM
	if a.Is6() {
		family = windows.AF_INET6
	}
	if t == limen.UDP {
		kind = windows.SOCK_DGRAM
	}
	if err := startWinsock(); err != nil {
		return fmt.Errorf("winsock: %w", err)
	}
	s, err := windows.Socket(family, kind, 0)
	if err != nil {
		return err
	}
	defer windows.Closesocket(s)
	if a.Is4() {
		err = windows.Bind(s, &windows.SockaddrInet4{Port: int(port), Addr: a.As4()})
	} else {
		// Only the unspecified address can stand for both families.
		only := 1
		if a.IsUnspecified() {
			only = 0
		}
		_ = windows.SetsockoptInt(s, windows.IPPROTO_IPV6, windows.IPV6_V6ONLY, only)
		err = windows.Bind(s, &windows.SockaddrInet6{Port: int(port), Addr: a.As16(), ZoneId: zoneID(a.Zone())})
	}
	if words, ok := refusals[err]; ok {
		return refused{err, words}
	}
	return err
}

// A refused is a refusal in words that do not depend on the system's language.
type refused struct {
	error
	words string
}

func (r refused) Error() string { return r.words }

func (r refused) Unwrap() error { return r.error }

// startWinsock makes sockets possible. Winsock counts how often it was
// started, and that this process never stops it is as it should be.
var startWinsock = sync.OnceValue(func() error {
	var data windows.WSAData
	return windows.WSAStartup(0x0202, &data)
})

// zoneID returns the number of the interface that an address's zone is or
// names, or 0, with which the system refuses a link-local address.
func zoneID(zone string) uint32 {
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0
	}
	return uint32(i.Index)
}

// noAddress reports whether a bind failed for want of the address or family.
func noAddress(err error) bool {
	return errors.Is(err, windows.WSAEADDRNOTAVAIL) || errors.Is(err, windows.WSAEAFNOSUPPORT)
}
