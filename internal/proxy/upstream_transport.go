package proxy

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	mostIdle     = 64               // connections that wait for a next request
	longestIdle  = 90 * time.Second // and for how long
	mostHead     = 256 << 10        // of an answer
	goAheadAfter = time.Second      // see transports
)

// transports are those for HTTP/1.1 and for HTTP/2. Neither has a limit of time:
// an answer may take minutes to begin, and hours to end.
func (u *Upstream) transports() (one, two *http.Transport) {
	make := func(protocol string) *http.Transport {
		dial := func(ctx context.Context, _, key string) (net.Conn, error) {
			return u.connect(ctx, nameIn(key), protocol)
		}
		return &http.Transport{
			DialContext: dial, DialTLSContext: dial,
			Protocols:           new(http.Protocols),
			DisableCompression:  true, // what is compressed is between the client and the upstream
			MaxIdleConns:        mostIdle,
			MaxIdleConnsPerHost: mostIdle,
			IdleConnTimeout:     longestIdle,

			MaxResponseHeaderBytes: mostHead,

			// The upstream decides whether it wants a body that the client asks
			// about. One that knows no 100 (Continue) gets it after the second that
			// clients such as curl wait, too (RFC 9110, section 10.1.1).
			ExpectContinueTimeout: goAheadAfter,
		}
	}
	one, two = make(protocolOne), make(protocolTwo)
	one.Protocols.SetHTTP1(true)
	two.Protocols.SetHTTP2(true)
	two.Protocols.SetUnencryptedHTTP2(true)
	return one, two
}

// pool is the URL whose host is the key under which a transport keeps its
// connections: those of another age are not used any more, and a server that
// has several certificates is asked for each name on connections of their own.
// For HTTP/1.1 the transport knows of no TLS: connect sees to it.
func (u *Upstream) pool(name string, isTwo bool) *url.URL {
	manner, age := u.how()
	if manner != mannerTLS {
		return &url.URL{Scheme: "http", Host: fmt.Sprintf("%d.upstream", age)}
	}
	scheme := "http"
	if isTwo {
		scheme = "https" // which is also what :scheme has to say (RFC 9113, section 8.3.1)
	}
	return &url.URL{Scheme: scheme, Host: fmt.Sprintf("%d.%s", age, name)}
}

// nameIn takes the name out of a pool's key, to which the transport adds a port.
func nameIn(key string) string {
	_, name, _ := strings.Cut(key, ".")
	name, _, _ = strings.Cut(name, ":")
	return name
}
