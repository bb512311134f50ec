package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/textproto"
)

// askTether sends the request by HTTP/1.1, and returns the head of the answer. Its
// body keeps the connection until it was read or is closed.
func (x *exchange) askTether(ctx context.Context) (*http.Response, error) {
	text := headRooms.Get().(*[]byte)
	defer headRooms.Put(text)
	var out outgoing
	*text, out = x.appendHead((*text)[:0])
	if out.err != nil {
		return nil, out.err
	}
	t, err := x.u.take(ctx, x.serverName(), !idempotent[x.r.Method])
	if err != nil {
		return nil, err
	}
	x.use(t.line, t.isReused)
	b := &tetherBody{upstream: x.u, tether: t, isLast: out.isLast}
	// Whoever asked and left ends it.
	b.unwatch = context.AfterFunc(ctx, t.cut)
	t.Write(*text) // what became of that, reading tells
	if x.load != nil {
		b.sending = newSending(t, x.load.now, out)
		x.p.ties.Go(b.sending.run)
	}
	res, err := x.hear(b)
	if err != nil {
		x.isUnheard = err == io.EOF && t.isUnheard(x.sent)
		b.sending.goAhead(false)
		b.Close()
		b.sending.wait()
		return nil, err
	}
	return res, nil
}

// serverName is the name that TLS asks for, where the upstream speaks it.
func (x *exchange) serverName() string {
	if manner, _ := x.u.how(); manner != mannerTLS {
		return ""
	}
	return x.sni()
}

// hear reads heads until one is that of the answer.
func (x *exchange) hear(b *tetherBody) (*http.Response, error) {
	t := b.tether
	x.early.begin()
	defer x.early.end()
	for {
		n, err := t.readHead([]byte(x.r.Method))
		if err != nil {
			return nil, err
		}
		h := headerOf(&t.answer, t.rest()[:n])
		t.skip(n)
		switch status := t.answer.status; {
		case status == http.StatusSwitchingProtocols:
			return nil, errors.Join(errNotHTTP, errOther) // nobody has asked for it
		case status == http.StatusContinue:
			b.sending.goAhead(true)
		case status < 200:
			x.early.pass(status, textproto.MIMEHeader(h))
		default:
			b.sending.goAhead(false) // it wants no body that it has not asked for
			b.begin()
			return b.receive(h), nil
		}
	}
}
