// Package bind finds out whether a port can be bound, by binding it, and
// which rules of the system bear on its number.
package bind

import (
	"errors"
	"net/netip"

	"github.com/limenhq/limen"
)

// ErrNoAddress says that the machine has no such address, or does not speak
// its family at all, so that a bind there says nothing about the port.
var ErrNoAddress = errors.New("this machine has no such address")

// errNoSocket says that not even a socket could be had, as when this process
// has too many open.
var errNoSocket = errors.New("no socket can be made to try with")

// Usual are the addresses that servers bind when not told otherwise. The
// unspecified IPv6 address is tried as servers use it, for both families.
var Usual = []netip.Addr{
	netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	netip.IPv6Loopback(),
	netip.IPv4Unspecified(),
	netip.IPv6Unspecified(),
}

// Try binds the port at one address without listening, and closes it at once.
// If that fails because the address is in use, Try binds once more with
// SO_REUSEADDR, which gets past closed connections in TIME_WAIT. It returns an
// error where trying says nothing about the port, one wrapping ErrNoAddress or
// errors.ErrUnsupported among them.
//
// For as long as a bind lasts, a few microseconds, another program that binds
// the same port is refused.
func Try(t limen.Transport, a netip.Addr, port uint16) (limen.Bind, error) {
	a = a.Unmap()
	b := limen.Bind{Address: a}
	err := bindOnce(t, a, port, false)
	switch {
	case err == nil:
		b.Free, b.Reuse = true, true
		return b, nil
	case noAddress(err):
		return b, errors.Join(ErrNoAddress, err)
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, errNoSocket):
		return b, err
	}
	b.Error = err.Error()
	// Two UDP sockets that both reuse an address share it, so success would
	// prove nothing.
	b.Reuse = t == limen.TCP && bindOnce(t, a, port, true) == nil
	return b, nil
}
