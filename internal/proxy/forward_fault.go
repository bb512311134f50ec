package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// alert is how an alert of TLS begins: a record of that type, and the first
// part of a version (RFC 8446, sections 5.1 and 6).
const alert = "\x15\x03"

// fault tells what an error means that came in the place of an answer.
func (x *exchange) fault(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !x.load.wasStopped() {
		return cause
	}
	l := x.line
	if l == nil {
		return err // there was no connection, or one of HTTP/2, whose errors say what they are
	}
	said, isSilent := l.began(), l.got.Load() == x.got
	switch {
	case strings.HasPrefix(said, alert):
		return fmt.Errorf("%w: %w", errSecret, err)
	case said != "" && !x.isTwo && !strings.HasPrefix(said, "HTTP/1."):
		return fmt.Errorf("%w: it began with %q", errNotHTTP, said)
	case isSilent && (l.sent.Load() == x.sent || x.isUnheard):
		return fmt.Errorf("%w: %w: %w", errCut, errUnsent, err)
	case isSilent:
		return fmt.Errorf("%w: %w", errCut, err)
	case x.isTwo && strings.HasPrefix(said, "HTTP/1."):
		return fmt.Errorf("%w: %w", errOnlyOne, err)
	case x.isTwo:
		return err
	case isEnd(err):
		return fmt.Errorf("the upstream ended the connection in the head of its answer: %w", err)
	}
	return fmt.Errorf("%w: %w", errNotHTTP, err)
}

// isEnd reports whether a connection came to an end.
func isEnd(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op)
}

// turnsSecret reports whether an upstream that was asked in the clear turns out
// to speak TLS, and remembers it, if the target leaves that open. Servers show
// it in many ways: by an alert, by an answer of 400 in the clear, as Go and
// nginx do, or by nothing at all, as Node does. So at any sign a handshake is
// tried.
func (x *exchange) turnsSecret(ctx context.Context, res *http.Response, err error) bool {
	manner, _ := x.u.how()
	if manner == mannerTLS || manners[x.u.target.Scheme] != mannerUnknown || x.hold.isTurned {
		return false
	}
	isFirst := manner == mannerUnknown
	isSign := errors.Is(err, errSecret) || isFirst && errors.Is(err, errCut)
	if err == nil {
		isSign = isFirst && res.StatusCode == http.StatusBadRequest && res.Close
	}
	if isSign {
		x.hold.isTurned = x.u.speaksTLS(ctx, manner)
		return x.hold.isTurned
	}
	if err == nil {
		x.u.learn(mannerUnknown, mannerPlain)
	}
	return false
}
