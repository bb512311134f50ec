package proxy

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"time"
)

// join passes on whatever comes between a client and an upstream that have
// agreed on another protocol, until both have ended. There is no limit of time:
// a WebSocket may say nothing for days.
func (x *exchange) join(ctx context.Context, res *http.Response) {
	upstream, ok := res.Body.(*wire)
	if !ok { // nobody had asked for it
		res.Body.Close()
		x.fail(errors.Join(errNotHTTP, errOther))
		return
	}
	if !isExtended(x.r) {
		client, tunnel, err := x.hijack(res)
		if err != nil {
			upstream.Close()
			return
		}
		// What a request takes of memory is not needed for a long time, so its
		// goroutine ends. Who closes the client's end ends these.
		tell := x.p.config.Tell
		x.p.ties.Go(func() {
			attempt(upgraded, tell, func() error {
				tunnel.end(whyBroken(tunnel.tie(client, upstream)))
				return nil
			})
		})
		return
	}
	client, tunnel, err := x.flow(res)
	if err != nil {
		upstream.Close()
		return
	}
	unwatch := context.AfterFunc(ctx, func() { client.Close(); upstream.Close() })
	defer unwatch()
	switch err := tunnel.tie(client, upstream); {
	case err == nil:
		tunnel.end("")
	case ctx.Err() != nil:
		tunnel.end(faultGone)
		mustEnd()
	default:
		tunnel.end(whyBroken(err))
		mustEnd()
	}
}

// whyBroken is the fault of a tunnel that has ended so.
func whyBroken(err error) string {
	if err == nil {
		return ""
	}
	return faultTunnel + ": " + reasonOf(err)
}

// flow tells a client that the upstream agrees, as HTTP/2 says it, and takes its
// end.
func (x *exchange) flow(res *http.Response) (*flow, *tunnel, error) {
	dropHops(res.Header)
	delete(res.Header, "Sec-Websocket-Accept")
	maps.Copy(x.w.Header(), res.Header)
	x.w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(x.w)
	if err := control.Flush(); err != nil {
		return nil, nil, err
	}
	return &flow{x.r.Body, x.w, control}, x.tunnel(answerHead(x.r.Proto, http.StatusOK, x.w.Header()) + "\r\n"), nil
}

// hijack tells a client that the upstream agrees, as HTTP/1.1 says it, and takes
// its end.
func (x *exchange) hijack(res *http.Response) (*wire, *tunnel, error) {
	c, buffered, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	protocol := res.Header["Upgrade"]
	dropHops(res.Header)
	res.Header["Upgrade"], res.Header["Connection"] = protocol, []string{"Upgrade"}
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	res.Header.Write(&head)
	head.WriteString("\r\n")
	captureOf(x.w).answered(head.Bytes())
	if _, err := c.Write(head.Bytes()); err != nil {
		c.Close()
		return nil, nil, err
	}
	c.SetDeadline(time.Time{}) // those of HTTP are no others'
	return newWire(c, buffered.Reader), x.tunnel(head.String()), nil
}
