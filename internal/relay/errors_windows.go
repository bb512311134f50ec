package relay

import (
	"errors"
	"syscall"
)

// What Windows says when an address or a port cannot be had (winsock2.h).
const (
	errInUse      = syscall.Errno(10048) // WSAEADDRINUSE
	errNotHere    = syscall.Errno(10049) // WSAEADDRNOTAVAIL
	errNotAllowed = syscall.Errno(10013) // WSAEACCES
)

// isShortage reports whether a connection could not be accepted, and the next
// one may be.
func isShortage(err error) bool {
	for _, e := range []syscall.Errno{10024, 10055, 10054} { // WSAEMFILE, WSAENOBUFS, WSAECONNRESET
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
