package proxy

import (
	"errors"
	"strings"
)

// What whoever carries a request to an upstream tells explain, where the
// system and the standard library have no error of their own for it. See
// mishaps for what becomes of each, and of theirs.
var (
	errBusy    = errors.New("too many requests wait for the upstream")
	errSilent  = errors.New("the upstream took the connection and says nothing")
	errCut     = errors.New("the upstream ended the connection before it answered")
	errPlain   = errors.New("the upstream speaks no TLS")
	errSecret  = errors.New("the upstream speaks TLS, and no HTTP in the clear")
	errNotHTTP = errors.New("what the upstream says is not HTTP")
)

// A loopError is a request that has come round.
type loopError struct {
	chain []string // whom it went through, as Via says it: foreign
}

func (e *loopError) Error() string { return strings.Join(e.chain, " → ") }
