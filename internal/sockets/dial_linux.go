package sockets

import (
	"context"
	"net"
	"os"

	"github.com/limenhq/limen"
)

// DialInside opens a connection to e inside another network namespace, and is
// how a container's own loopback is reached. It needs the right to enter the
// namespace, which root has.
func (r Reader) DialInside(ctx context.Context, n limen.Namespace, e limen.Endpoint) (conn net.Conn, err error) {
	others, _ := otherNamespaces(r, networkNamespace(r))
	err = errEnded
	for _, way := range others[n] {
		if conn, err = r.dialInside(ctx, way, e); err == nil || ctx.Err() != nil {
			break
		}
	}
	return conn, err
}

// dialInside dials on a thread that enters the namespace at path and comes
// back. A socket stays in the namespace where it was made; and given an
// address, not a name, Go makes and connects it on the thread that dials.
func (r Reader) dialInside(ctx context.Context, path string, e limen.Endpoint) (conn net.Conn, err error) {
	there, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer there.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = r.within(there, func() (err error) {
			var d net.Dialer
			conn, err = d.DialContext(ctx, e.Transport.String(), e.Addr.String())
			return err
		})
	}()
	<-done
	return conn, err
}
