package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/resend"
	"github.com/limenhq/limen/internal/tap"
)

// Replay sends a request once more, to where its name leads now, or to the server
// that it went to. Secrets go out as they came. It tells of the request when it goes on
// for longer, and once it has ended and all of it can be recalled.
func (h *Host) Replay(ctx context.Context, in op.ReplayIn, next func(limen.Tapped) error) error {
	was, err := h.recording(ctx, in.ID)
	if err != nil {
		return err
	}
	r, err := onceMore(was, in)
	if err != nil {
		return err
	}
	w, done, err := h.wayOf(context.WithoutCancel(ctx), was, in.ID) // so that what a client leaves is seen to its end
	if err != nil {
		return err
	}
	defer done()
	wanted := &wish{}
	recorder, err := h.tape.use(wanted)
	if err != nil {
		return err
	}
	last, err := sendAgain(ctx, recorder, wanted, w, r, next)
	if left := h.tape.leave(wanted); err == nil {
		err = left // it is only there for all to see now
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return cannotReplay(in.ID, err.Error(), "limen tap show "+in.ID)
	}
	return next(hidden(last))
}

func cannotReplay(id, why, next string) error {
	return &limen.Error{What: "cannot send " + id + " again", Why: why, Next: next}
}

// onceMore makes the request of one that was kept, and of what is to be otherwise.
func onceMore(was limen.Recording, in op.ReplayIn) (resend.Request, error) {
	refuse := func(why, next string) (resend.Request, error) {
		return resend.Request{}, &limen.Error{Kind: limen.Invalid, What: "cannot send " + was.ID + " again", Why: why, Next: next}
	}
	switch {
	case was.Status == 101 || was.Method == "CONNECT":
		return refuse("it began a conversation, and half of that was said by the server", "limen tap show "+was.ID)
	case was.Method == "":
		return refuse("its head was not kept", "limen tap ls")
	case in.Body == nil && was.Request.IsCut():
		return refuse(fmt.Sprintf("of its body of %d bytes, %d were kept", was.Request.Size, len(was.Request.Body)), "give it another body, with --data FILE")
	}
	r := resend.Request{
		Method: cmp.Or(in.Method, was.Method), Target: cmp.Or(in.Path, pathIn(was.URL)), Fields: slices.Clone(was.Request.Fields),
		Body: was.Request.Body, Trailers: was.Request.Trailers, Two: strings.HasPrefix(was.Protocol, "HTTP/2"),
	}
	if in.Body != nil {
		r.Body = *in.Body
	}
	for name, values := range in.Set {
		r.Fields = withField(r.Fields, name, values)
	}
	if err := r.Check(); err != nil {
		return refuse(err.Error(), "limen help tap replay")
	}
	return r, nil
}

// withField puts values in the place of a field, or at the end, where it was not
// there; none take it away.
func withField(fields []limen.Field, name string, values []string) []limen.Field {
	isIt := func(f limen.Field) bool { return strings.EqualFold(f.Name, name) }
	at := slices.IndexFunc(fields, isIt)
	if at < 0 {
		at = len(fields)
	} else {
		name = fields[at].Name
	}
	before, after := fields[:at:at], slices.DeleteFunc(slices.Clone(fields[at:]), isIt)
	for _, v := range values {
		before = append(before, limen.Field{Name: name, Value: v})
	}
	return append(before, after...)
}

// wayOf finds the way to whoever is asked again. The caller calls done behind it.
func (h *Host) wayOf(ctx context.Context, was limen.Recording, id string) (w resend.Way, done func(), err error) {
	if was.Name == "" {
		return h.wayTo(ctx, was, id)
	}
	b := h.harbour.Load()
	if b == nil || len(b.doors) == 0 {
		return w, nil, &limen.Error{Kind: limen.NotFound, What: "cannot send " + id + " again", Why: "the daemon answers for " + was.Name + ", and it does not run", Next: "limen proxy"}
	}
	w = resend.Way{Dial: dialTo(b.doors[0].Endpoint.Addr), Name: askedHost(was), Secret: strings.HasPrefix(was.URL, "https://")}
	return w, func() {}, nil
}

// wayTo is the way to a server without a name: through a listener before it, so that
// it can be seen.
func (h *Host) wayTo(ctx context.Context, was limen.Recording, id string) (w resend.Way, done func(), err error) {
	if was.Target == "" {
		return w, nil, &limen.Error{Kind: limen.Invalid, What: "cannot send " + id + " again", Why: "it led nowhere, and was answered by limen itself", Next: "limen tap ls"}
	}
	t, err := limen.ParseTarget(was.Target)
	if err != nil {
		return w, nil, cannotReplay(id, err.Error(), "")
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return w, nil, err
	}
	s := h.newStandin(t, &doors{listeners: []net.Listener{l}})
	h.tape.listenBefore(s)
	ctx, stop := context.WithCancel(ctx)
	s.serve(ctx, stop)
	return resend.Way{Dial: dialTo(s.endpoint.Addr)}, func() { h.tape.letGo(s.proxy); s.close() }, nil
}

func dialTo(at netip.AddrPort) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", at.String())
	}
}

// askedHost is the name that a request asked for.
func askedHost(was limen.Recording) string {
	host, _, err := net.SplitHostPort(was.Request.Field("Host"))
	if err != nil {
		return was.Request.Field("Host")
	}
	return host
}

// traced is how long it may take until what was sent again is recorded.
const traced = 5 * time.Second

var errUntraced = errors.New("it was sent, and what became of it was not recorded")

// sendAgain sends a request, tells of it while it goes on, and returns what became of
// it. Where ctx ends before, that is what came until then.
func sendAgain(ctx context.Context, recorder *tap.Tap, wanted *wish, w resend.Way, r resend.Request, next func(limen.Tapped) error) (last limen.Tapped, err error) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	dial := w.Dial
	w.Dial = func(ctx context.Context) (net.Conn, error) {
		c, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		from := unmapped(c.LocalAddr().(*net.TCPAddr).AddrPort())
		wanted.client.Store(&from)
		return c, nil
	}
	hears, ends := context.WithCancel(context.WithoutCancel(ctx))
	ready, found := make(chan struct{}), make(chan limen.Tapped, 1)
	var hearing sync.WaitGroup
	defer hearing.Wait()
	defer ends()
	hearing.Go(func() {
		defer close(found)
		isIt := func(e *limen.Exchange) bool {
			from := wanted.client.Load()
			return from != nil && unmapped(e.Client) == *from
		}
		recorder.Watch(hears, tap.Watch{Wants: isIt, Ready: func() { close(ready) }}, func(item limen.Tapped) error {
			if item.Kind != limen.TapExchange {
				return nil
			}
			if !item.Exchange.Open {
				found <- item
				return errFound
			}
			if ctx.Err() == nil && next(hidden(item)) != nil {
				leave() // nobody listens any more
			}
			return nil
		}) // its error is errFound, if it has any
	})
	<-ready
	from, err := resend.Send(ctx, w, r)
	if !from.IsValid() {
		return last, err
	}
	late := time.AfterFunc(traced, ends)
	defer late.Stop()
	if last, ok := <-found; ok {
		return last, nil // also where the answer was cut: that is what became of it
	}
	return last, cmp.Or(ctx.Err(), errUntraced)
}

var errFound = errors.New("it was found")
