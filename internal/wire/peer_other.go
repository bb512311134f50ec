//go:build !linux && !darwin && !freebsd && !windows

package wire

import (
	"errors"
	"net"
)

func peer(*net.UnixConn) (Caller, error) { return Caller{}, errors.ErrUnsupported }
