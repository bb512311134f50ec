package probe

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/limenhq/limen"
)

// A Target is an endpoint that is asked what it speaks.
type Target struct {
	Endpoint limen.Endpoint // an address to connect to: never a wildcard
	Owners   []limen.Owner  // who is known to answer there; may be empty

	// IsWeb says that whoever has started it expects it to speak HTTP: then,
	// where nothing else is known, it is not waited for to speak first.
	IsWeb bool

	// Dial opens a connection to Endpoint. Nil means from where limen runs;
	// a listener of another network namespace is dialled from inside it.
	Dial func(context.Context) (net.Conn, error)

	calm int // how many times as long as usual is waited for it, as on a machine that is known to be busy; zero means once
}

// long is how long something may take that usually takes d at most.
func (t Target) long(d time.Duration) time.Duration { return d * time.Duration(max(t.calm, 1)) }

// dialer returns the target's Dial, or one from where limen runs.
func (t Target) dialer() func(context.Context) (net.Conn, error) {
	if t.Dial != nil {
		return t.Dial
	}
	return t.connect
}

// errSelf is how a port that nobody holds can answer: where the kernel picks
// it as the port of the one who connects, both ends are the same socket
// (RFC 9293 §3.5, simultaneous open).
var errSelf = errors.New("nobody listens there any more")

// connect opens a connection from where limen runs.
func (t Target) connect(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, t.Endpoint.Transport.String(), t.Endpoint.Addr.String())
	if err != nil {
		return nil, err
	}
	if conn.LocalAddr().String() == conn.RemoteAddr().String() {
		conn.Close()
		return nil, errSelf
	}
	return conn, nil
}
