package proxy

import (
	"context"
	"errors"
)

// errLeft is of a client that has left in the middle of its request.
var errLeft = errors.New(faultGone)

// watch has a request end when its client leaves while nobody reads of it. Who speaks
// HTTP/2 is always read from.
func (l *load) watch(cancel context.CancelCauseFunc) {
	if l == nil {
		return
	}
	if c, ok := l.r.Context().Value(waryKey{}).(*wary); ok {
		l.vigil = newVigil(c.guest, func() {
			l.fail(errLeft)
			cancel(errLeft)
		})
		l.handOut()
	}
}

// handOut is when somebody else has a part of the body, and nobody reads until that was
// taken. Behind the end net/http reads.
func (l *load) handOut() {
	if l.vigil == nil {
		return
	}
	l.mu.Lock()
	isOver := l.isEnded || l.err != nil
	l.mu.Unlock()
	if isOver {
		l.vigil.end()
		return
	}
	l.vigil.hand(l.r.Context().Value(waryKey{}).(*wary).lacks())
}

// fail says what is wrong with the body.
func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}
