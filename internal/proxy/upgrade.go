package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/textproto"
	"strings"
)

// upgradeOf returns the protocol that a request asks for in the place of HTTP;
// empty if it asks for none.
func upgradeOf(r *http.Request) string {
	if isExtended(r) {
		return webSocket
	}
	if r.ProtoMajor != 1 || !r.ProtoAtLeast(1, 1) || !hasToken(r.Header["Connection"], "upgrade") {
		return ""
	}
	protocol := strings.Join(r.Header["Upgrade"], ", ")
	if hasToken(r.Header["Upgrade"], "h2c") {
		return "" // HTTP/2 would hide all that follows from this proxy; nobody has to offer it (RFC 9113, section 3.1)
	}
	return protocol
}

// askUpgrade sends a request that may be the last one on its connection, and so
// has one of its own.
func (x *exchange) askUpgrade(ctx context.Context) (*http.Response, error) {
	c, err := x.u.connect(ctx, x.sni(), protocolOne)
	if err != nil {
		return nil, err
	}
	x.use(c, false)
	// Whoever asked and left ends it, unless it is a request no more.
	unwatch := context.AfterFunc(ctx, func() { c.Close() })
	out := x.request(ctx)
	key := x.handshake(out)
	res, err := x.read(c.(*line), out)
	if err == nil && res.StatusCode == http.StatusSwitchingProtocols {
		unwatch()
		err = x.check(res, key)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return res, nil
}

// handshake asks for the other protocol.
func (x *exchange) handshake(out *http.Request) (key string) {
	if isExtended(x.r) {
		key = newKey()
		out.Method = http.MethodGet
		out.Header["Sec-Websocket-Key"] = []string{key}
	}
	out.Header["Connection"], out.Header["Upgrade"] = []string{"Upgrade"}, []string{x.upgrade}
	return key
}

// read sends a request, and reads the head of the answer, which is limited. The
// body of the answer is the connection: as the upstream's end of an upgrade, or
// to be closed with it.
func (x *exchange) read(l *line, out *http.Request) (*http.Response, error) {
	if err := out.Write(l); err != nil {
		return nil, err
	}
	head := &io.LimitedReader{R: l, N: mostHead}
	buffered := bufio.NewReader(head)
	for {
		res, err := http.ReadResponse(buffered, out)
		switch {
		case err != nil && head.N <= 0:
			return nil, fmt.Errorf("%w: the head of its answer has more than %d KiB", errNotHTTP, mostHead>>10)
		case err != nil:
			return nil, err
		case res.StatusCode == http.StatusSwitchingProtocols:
			res.Body = newWire(l.Conn, buffered)
			return res, nil
		case res.StatusCode >= 100 && res.StatusCode < 200:
			x.early.pass(res.StatusCode, textproto.MIMEHeader(res.Header))
			continue
		}
		head.N = math.MaxInt64
		res.Body = struct {
			io.Reader
			io.Closer
		}{res.Body, l}
		return res, nil
	}
}

// errOther is of an upstream that changes to what nobody asked for.
var errOther = errors.New("it changed to another protocol than was asked for")

// check holds an answer of 101 against what was asked (RFC 9110, section 7.8,
// and RFC 6455, section 4.1, where the key is ours).
func (x *exchange) check(res *http.Response, key string) error {
	for got := range tokens(res.Header["Upgrade"]) {
		if !hasToken([]string{x.upgrade}, got) {
			return fmt.Errorf("%w: %w", errNotHTTP, errOther)
		}
	}
	if key != "" && res.Header.Get("Sec-Websocket-Accept") != acceptFor(key) {
		return fmt.Errorf("%w: what it answers to Sec-WebSocket-Key is not what RFC 6455 says", errNotHTTP)
	}
	return nil
}
