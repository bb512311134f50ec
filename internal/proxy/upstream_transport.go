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
	mostHead = 256 << 10 // of an answer

	// goAheadAfter is for an upstream that a client asks whether it wants a body. One
	// that knows no 100 (Continue) gets it after the second that clients such as curl
	// wait, too (RFC 9110, section 10.1.1).
	goAheadAfter = time.Second
)

// transport is the one for HTTP/2. It has no limit of time: an answer may take minutes
// to begin, and hours to end.
func (u *Upstream) transport() *http.Transport {
	dial := func(ctx context.Context, _, key string) (net.Conn, error) {
		return u.connect(ctx, nameIn(key), protocolTwo)
	}
	two := &http.Transport{
		DialContext: dial, DialTLSContext: dial,
		Protocols:           new(http.Protocols),
		DisableCompression:  true, // what is compressed is between the client and the upstream
		MaxIdleConns:        mostIdle,
		MaxIdleConnsPerHost: mostIdle,
		IdleConnTimeout:     longestIdle,

		MaxResponseHeaderBytes: mostHead,
		ExpectContinueTimeout:  goAheadAfter,
	}
	two.Protocols.SetHTTP2(true)
	two.Protocols.SetUnencryptedHTTP2(true)
	return two
}

// pool is the URL whose host is the key under which the transport keeps its
// connections: those of another age are not used any more, and a server that
// has several certificates is asked for each name on connections of their own.
func (u *Upstream) pool(name string) *url.URL {
	manner, age := u.how()
	if manner != mannerTLS {
		return &url.URL{Scheme: "http", Host: fmt.Sprintf("%d.upstream", age)}
	}
	return &url.URL{Scheme: "https", Host: fmt.Sprintf("%d.%s", age, name)}
}

// nameIn takes the name out of a pool's key, to which the transport adds a port.
func nameIn(key string) string {
	_, name, _ := strings.Cut(key, ".")
	name, _, _ = strings.Cut(name, ":")
	return name
}
