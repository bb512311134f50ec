package wire

import (
	"errors"
	"net"
)

// Descriptors are not there for others: a socket of Windows is handed over by
// WSADuplicateSocket, which package net does not know.
func Descriptors(net.Listener) (socket, lock uintptr, err error) {
	return 0, 0, errors.ErrUnsupported
}

// Adopt is not possible; see Descriptors.
func Adopt(string, uintptr, uintptr) (net.Listener, error) { return nil, errors.ErrUnsupported }

// Claim does nothing: the kernel names nobody.
func Claim(net.Listener) error { return nil }

// Leave closes a listener.
func Leave(l net.Listener) error { return l.Close() }
