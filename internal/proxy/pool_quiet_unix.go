//go:build unix

package proxy

import (
	"crypto/tls"
	"syscall"
	"time"
)

// briefly is how long a connection may have waited to be used again without a look at
// it, which here costs next to nothing.
const briefly = 0

// An ear is how it is heard, without waiting, whether anything came of an upstream. It
// is made once, because what it is made of would be allocated for each request.
type ear struct {
	raw     syscall.RawConn // nil before it is needed
	look    func(fd uintptr)
	first   byte // of what came
	isQuiet bool
}

// isQuiet reports whether an upstream has neither hung up nor said anything while
// it was not asked. The kernel knows without waiting (recv(2), MSG_PEEK).
func (t *tether) isQuiet(time.Time) bool {
	e := &t.ear
	if own, ok := t.line.Conn.(interface{ isQuiet(first *byte) bool }); ok {
		return own.isQuiet(&e.first)
	}
	if e.raw == nil && !e.open(t.line) {
		return false
	}
	e.isQuiet = false
	return e.raw.Control(e.look) == nil && e.isQuiet
}

func (e *ear) open(l *line) bool {
	c := l.Conn
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	socket, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	e.raw, e.look = raw, func(fd uintptr) { e.isQuiet = peek(fd, &e.first) == syscall.EAGAIN }
	return true
}
