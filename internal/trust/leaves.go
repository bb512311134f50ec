package trust

import (
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// mostLeaves is how many certificates are kept. A peer can ask for as many
// names as it likes.
const mostLeaves = 1000

// Leaves are the certificates of servers, each made when it is first asked for
// and again before it ends. It is safe for several goroutines.
type Leaves struct {
	authority *Authority

	mu   sync.Mutex // guards what follows
	kept map[string]*tls.Certificate
}

// Leaves returns an empty set of certificates that the authority signs.
func (a *Authority) Leaves() *Leaves {
	return &Leaves{authority: a, kept: map[string]*tls.Certificate{}}
}

// Certificate is a tls.Config's GetCertificate. It returns nil where the
// authority may not sign, so that the caller can answer with another.
func (l *Leaves) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	names := l.names(hello)
	if len(names) == 0 {
		return nil, nil
	}
	now := l.authority.now()
	l.mu.Lock()
	defer l.mu.Unlock() // also while one is made: it takes less than a handshake does
	if c := l.kept[names[0]]; c != nil && !isStale(c, now) {
		return c, nil
	}
	c, err := l.authority.Certificate(names...)
	if err != nil {
		return nil, err
	}
	l.makeRoom(names[0])
	l.kept[names[0]] = c
	return c, nil
}

// makeRoom forgets one, whichever: it is made again in no time.
func (l *Leaves) makeRoom(name string) {
	if _, isThere := l.kept[name]; isThere || len(l.kept) < mostLeaves {
		return
	}
	for other := range l.kept {
		delete(l.kept, other)
		return
	}
}

// isStale reports whether less than a third of a certificate's time is left, or
// none has come yet, as after the clock was put back.
func isStale(c *tls.Certificate, now time.Time) bool {
	whole := c.Leaf.NotAfter.Sub(c.Leaf.NotBefore)
	return now.After(c.Leaf.NotAfter.Add(-whole/3)) || now.Before(c.Leaf.NotBefore)
}

// names are what a certificate is asked for: the name that the client says, or
// else the address that it has reached, since addresses are never said (RFC
// 6066, section 3).
func (l *Leaves) names(hello *tls.ClientHelloInfo) []string {
	name, address, err := parseName(hello.ServerName)
	if err == nil && !address.IsValid() {
		if strings.Contains(name, "*") { // nobody asks for all names at once
			return nil
		}
		if l.authority.permits(name) != nil {
			return nil
		}
		return []string{name}
	}
	if hello.ServerName != "" || hello.Conn == nil {
		return nil
	}
	host, _, err := net.SplitHostPort(hello.Conn.LocalAddr().String())
	if err != nil {
		return nil
	}
	if address, err = netip.ParseAddr(host); err != nil || l.authority.permits(address.WithZone("").String()) != nil {
		return nil
	}
	return []string{address.WithZone("").Unmap().String(), localhost}
}
