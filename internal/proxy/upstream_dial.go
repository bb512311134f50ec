package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

var errNowhere = errors.New("nothing listens there")

// errOnlyOne is of an upstream that gRPC is asked of.
var errOnlyOne = fmt.Errorf("%w/2: it speaks HTTP/1.1 only", errNotHTTP)

// What the protocols are called in a handshake of TLS (RFC 7301, section 6).
const (
	protocolOne = "http/1.1"
	protocolTwo = "h2"
)

const (
	// dialPatience is for one place. One of this machine answers at once, or
	// has a full queue; another machine may be asleep.
	dialPatience  = 10 * time.Second
	helloPatience = 10 * time.Second // for a handshake of TLS
)

// dial connects to the upstream.
func (u *Upstream) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: dialPatience}
	if u.target.Socket != "" {
		return d.DialContext(ctx, "unix", u.target.Socket)
	}
	places := u.addresses()
	if len(places) == 0 && isElsewhere(u.target) {
		return d.DialContext(ctx, "tcp", net.JoinHostPort(u.target.Host, strconv.Itoa(int(u.target.Port))))
	}
	err := errNowhere
	for _, place := range places {
		c, dialErr := d.DialContext(ctx, "tcp", place.String())
		if dialErr == nil {
			u.reached(place)
			return c, nil
		}
		if isReset(dialErr) {
			// It was in the queue of a listener that has ended since.
			dialErr = fmt.Errorf("%w: %w", errNowhere, dialErr)
		}
		if err == errNowhere {
			err = dialErr // of the likeliest place; the other family may not even be there
		}
	}
	return nil, err
}

// reached notes which place answered. The first one stays the best: one that answers
// while that refuses is not known to be the same server.
func (u *Upstream) reached(place netip.AddrPort) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.best.IsValid() {
		u.best = place
	}
	isAstray := place != u.best
	if u.isAstray && !isAstray {
		u.age++ // nothing goes to where it went meanwhile, also not on what is busy now
	}
	u.isAstray = isAstray
}

func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, wsaReset) }

// connect connects, and speaks TLS if the upstream does. The name is what it is
// asked for.
func (u *Upstream) connect(ctx context.Context, name string, protocol string) (net.Conn, error) {
	c, err := u.dial(ctx)
	if err != nil {
		return nil, err
	}
	c = swiftly(c)
	now, _ := u.how()
	if now != mannerTLS {
		return &line{Conn: c}, nil
	}
	secure, err := u.greet(ctx, c, name, protocol)
	switch {
	case err == nil && protocol == protocolTwo:
		return secure, nil // the transport wants to see what was agreed on
	case err == nil:
		return &line{Conn: secure}, nil
	}
	c.Close()
	var plain tls.RecordHeaderError
	switch {
	case isReset(err) || errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%w: %w", errUnsent, err)
	case !errors.As(err, &plain):
		return nil, err
	case manners[u.target.Scheme] == mannerTLS:
		return nil, fmt.Errorf("%w: %w", errPlain, err)
	}
	// It has spoken TLS, and speaks none any more.
	u.learn(mannerTLS, mannerUnknown)
	return u.connect(ctx, name, protocol)
}

// greet does the handshake of TLS. A server of this machine needs no
// certificate that anybody trusts: whoever could sit in between could read its
// memory, too.
func (u *Upstream) greet(ctx context.Context, c net.Conn, name, protocol string) (*tls.Conn, error) {
	isOther := isElsewhere(u.target)
	config := &tls.Config{
		ServerName: cmp.Or(name, "localhost"), InsecureSkipVerify: !isOther,
		NextProtos: []string{protocol},
	}
	if isOther {
		config.ServerName = u.target.Host
	}
	ctx, cancel := context.WithTimeout(ctx, helloPatience)
	defer cancel()
	secure := tls.Client(c, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	if protocol == protocolTwo && secure.ConnectionState().NegotiatedProtocol != protocolTwo {
		return nil, errOnlyOne
	}
	return secure, nil
}
