package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// A Caller is who is at the other end of a connection: who that was when the
// connection was made, so the PID may be another's by now.
type Caller struct {
	UID int // -1 on Windows, as of everybody there
	PID int // 0 where the kernel does not say
}

// A Guard decides whether somebody may ask for what can change so much. What it
// returns is what the caller is told. A nil Guard lets everybody ask for
// everything that has come so far: the owner of the socket, and root.
type Guard func(Caller, op.Risk) error

// isOurs reports whether the other end is this process's user, or root, who
// could be anyone.
func (c Caller) isOurs() bool { return c.UID == os.Geteuid() || c.UID == 0 }

// Answerer says who listens on a socket, whether or not they answer. The error is
// ErrNobody if nobody does.
func Answerer(ctx context.Context, socket string) (Caller, error) {
	c, err := open(ctx, socket, usual)
	if err != nil {
		return Caller{}, err
	}
	defer c.Close()
	return peer(c.UnixConn)
}

type callerKey struct{}

// A meeting is what the kernel said of a connection's other end.
type meeting struct {
	caller Caller
	err    error
}

// withCaller notes in the context of a connection who made it.
func withCaller(ctx context.Context, c net.Conn) context.Context {
	var m meeting
	if u, ok := c.(*net.UnixConn); ok {
		m.caller, m.err = peer(u)
	} else {
		m.err = errors.New("it is no Unix socket")
	}
	return context.WithValue(ctx, callerKey{}, m)
}

// callerOf returns who asks, if they may ask at all.
func callerOf(ctx context.Context) (Caller, error) {
	m, met := ctx.Value(callerKey{}).(meeting)
	why := ""
	switch {
	case !met:
		why = "nobody looked at who is at the other end of this connection"
	case m.err != nil:
		why = "the system does not say who is at the other end of this connection: " + m.err.Error()
	case !m.caller.isOurs():
		why = fmt.Sprintf("it runs as user %d, and answers nobody else; you are user %d", os.Geteuid(), m.caller.UID)
	default:
		return m.caller, nil
	}
	return Caller{}, &limen.Error{Kind: limen.Denied, What: "cannot ask this limen", Why: why}
}
