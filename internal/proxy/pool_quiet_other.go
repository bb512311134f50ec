//go:build !unix

package proxy

import (
	"crypto/tls"
	"errors"
	"os"
	"time"
)

// briefly is how long a connection may have waited to be used again without a look at
// it, which here takes longer than most answers. What was said too much mostly has come
// with the answer, and was seen there.
const briefly = 50 * time.Millisecond

// isQuiet reports whether an upstream has neither hung up nor said anything while
// it was not asked. Here a read has to wait for a moment to tell; what it takes away
// nobody misses, because the connection is not used then.
func (t *tether) isQuiet(now time.Time) bool {
	c := t.line.Conn
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	if c.SetReadDeadline(now.Add(time.Millisecond)) != nil {
		return false
	}
	var b [1]byte
	_, err := c.Read(b[:])
	return errors.Is(err, os.ErrDeadlineExceeded) && c.SetReadDeadline(time.Time{}) == nil
}

// An ear is needed where there is a way to hear without waiting.
type ear struct{}
