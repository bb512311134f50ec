//go:build !windows

package relay

import (
	"errors"
	"syscall"
)

// What a system says when an address or a port cannot be had (bind(2)).
const (
	errInUse      = syscall.EADDRINUSE
	errNotHere    = syscall.EADDRNOTAVAIL
	errNotAllowed = syscall.EACCES
)

// isShortage reports whether a connection could not be accepted, and the next
// one may be (accept(2)).
func isShortage(err error) bool {
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
