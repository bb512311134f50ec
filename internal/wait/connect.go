package wait

import (
	"context"
	"errors"
	"net"
	"slices"
	"syscall"
	"time"
)

// patience is how long a connection may take. On this machine it takes
// microseconds; elsewhere the kernel has asked again by then.
const patience = 2 * time.Second

// errRefused is what an address answers where nobody listens. The other errors
// have no name here that would help anybody.
var (
	errRefused = errors.New("connection refused")
	errSelf    = errors.New("the connection met itself")
)

// connect connects, and closes at once.
func connect(ctx context.Context, network, at string) error {
	d := net.Dialer{Timeout: patience}
	c, err := d.DialContext(ctx, network, at)
	if err != nil {
		return plain(err)
	}
	defer c.Close()
	// Trying a port of the automatic range often enough meets the moment when
	// the kernel gives the same number to this end, and TCP connects it with
	// itself (RFC 9293, section 3.5, simultaneous open).
	if network == "tcp" && c.LocalAddr().String() == c.RemoteAddr().String() {
		return errSelf
	}
	return nil
}

// plain is an error of a connection without what everybody knows of it.
func plain(err error) error {
	var timeout net.Error
	switch {
	case isOneOf(err, refused):
		return errRefused
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer")
	}
	var of *net.OpError
	if errors.As(err, &of) {
		err = of.Err
	}
	return err
}

// isAbsent reports whether this machine lacks an address altogether, as ::1
// without IPv6.
func isAbsent(err error) bool { return isOneOf(err, absent) }

// What the systems call the two. Windows has numbers of its own (winsock2.h:
// WSAECONNREFUSED, WSAEADDRNOTAVAIL, WSAEAFNOSUPPORT), which no other uses.
var (
	refused = []error{syscall.ECONNREFUSED, syscall.Errno(10061)}
	absent  = []error{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.Errno(10049), syscall.Errno(10047)}
)

func isOneOf(err error, all []error) bool {
	return slices.ContainsFunc(all, func(e error) bool { return errors.Is(err, e) })
}
