package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/limenhq/limen"
)

// mostQuoted is how much is shown of what fits nothing.
const mostQuoted = 48

var (
	errMany   = errors.New("it is no single endpoint: a wildcard, a broadcast or a group, which limen does not speak to")
	errSilent = errors.New("it answers nothing that limen knows to ask")
	errNoTake = errors.New("it takes no connection in time: the program is stopped, or busy, or a firewall drops what comes")
	errNobody = errors.New("nobody listens there")
)

// isOne reports whether an endpoint stands for one place.
func isOne(e limen.Endpoint) bool {
	a := e.Address()
	return a.IsValid() && !e.IsWildcard() && !a.IsMulticast() && a.Unmap().String() != "255.255.255.255"
}

// conclude says what is left to say when nothing was proved.
func (q *inquiry) conclude(ctx context.Context) (limen.Service, error) {
	switch {
	case q.shown != nil:
		return q.onlyTLS(), nil
	case q.spare != nil:
		return *q.spare, nil
	case errors.Is(q.gone, syscall.ECONNREFUSED):
		return limen.Service{}, errNobody
	case q.gone != nil && (isTimeout(q.gone) || errors.Is(q.gone, context.DeadlineExceeded)):
		return limen.Service{}, errNoTake
	case q.gone != nil:
		return limen.Service{}, q.gone
	case len(q.said) > 0:
		return limen.Service{}, fmt.Errorf("it says \"%s\", which is no protocol that limen knows", quote(string(q.said[:min(len(q.said), mostQuoted)])))
	case errors.Is(ctx.Err(), context.Canceled):
		return limen.Service{}, ctx.Err()
	}
	// Who would be asked first of many has been, and is none of those: an
	// interpreter's program can be anything.
	for _, p := range q.named {
		if p.Opening == nil {
			return q.guess(p), nil
		}
	}
	return limen.Service{}, errSilent
}

// onlyTLS is a service of which a handshake is all that was had.
func (q *inquiry) onlyTLS() limen.Service {
	s := limen.Service{
		Protocol: "tls", TLS: q.shown, Confidence: limen.Exchanged,
		Evidence: []limen.Evidence{{What: "TLS " + q.shown.Version, From: "a handshake"}},
	}
	if q.wants {
		s.Authentication = limen.AuthenticationRequired
		s.Evidence = append(s.Evidence, limen.Evidence{What: "it wants a certificate of its client", From: "the handshake"})
	}
	return s
}

// guess takes the owner's word, where the server said nothing at all.
func (q *inquiry) guess(p Probe) limen.Service {
	words := ownerWords(q.target.Owners)
	what := words[0]
	for _, w := range words {
		if p.isNamed(w) {
			what = w
			break
		}
	}
	return limen.Service{
		Protocol: p.Name, Confidence: limen.Guessed,
		Evidence: []limen.Evidence{{What: strings.ToValidUTF8(what, "?") + ", and it answered nothing", From: "its owner"}},
	}
}
