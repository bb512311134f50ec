package proxy

import (
	"context"
	"time"

	"github.com/limenhq/limen"
)

// A manner is how an upstream is spoken to. Of a target that does not say, it
// is found out: HTTP in the clear is tried first.
type manner uint8

const (
	mannerUnknown manner = iota // in the clear, and it never answered
	mannerPlain                 // in the clear, and it did answer
	mannerTLS
)

// manners is how each scheme says that it is to be spoken to.
var manners = [...]manner{
	limen.SchemeAny: mannerUnknown, limen.SchemeHTTP: mannerPlain, limen.SchemeHTTPS: mannerTLS, limen.SchemeH2C: mannerPlain,
}

// how returns the manner, and the age that it has had since.
func (u *Upstream) how() (manner, uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.manner, u.age
}

// learn changes the manner from one to another, unless somebody else has. The
// connections of the one are no good for the other.
func (u *Upstream) learn(from, to manner) {
	u.mu.Lock()
	isNews := u.manner == from
	isOther := isNews && (from == mannerTLS) != (to == mannerTLS)
	if isNews {
		u.manner = to
	}
	if isOther {
		u.age++
	}
	u.mu.Unlock()
	if isOther {
		u.Close()
	}
}

// speaksTLS tries whether the upstream does, and remembers it in the place of
// what was thought of it before, if the target leaves that open.
func (u *Upstream) speaksTLS(ctx context.Context, before manner) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // of this machine it takes some milliseconds
	defer cancel()
	c, err := u.dial(ctx)
	if err != nil {
		return false
	}
	defer c.Close()
	_, err = u.greet(ctx, c, "", protocolOne)
	now := mannerPlain
	if err == nil {
		now = mannerTLS
	}
	if manners[u.target.Scheme] == mannerUnknown {
		u.learn(before, now)
	}
	return err == nil
}
