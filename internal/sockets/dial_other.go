//go:build !linux

package sockets

import (
	"context"
	"errors"
	"net"

	"github.com/limenhq/limen"
)

// DialInside says that this system has no network namespaces.
func (Reader) DialInside(context.Context, limen.Namespace, limen.Endpoint) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}
