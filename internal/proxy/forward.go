package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// An exchange is a request on its way to an upstream, and the answer on its way
// back.
type exchange struct {
	p     *Proxy
	w     http.ResponseWriter
	r     *http.Request
	route Route
	u     *Upstream

	load    *load  // its body; nil if it has none
	upgrade string // the protocol that it asks for in the place of HTTP; empty if none
	isTwo   bool   // it goes to the upstream by HTTP/2
	hold    hold
	early   early

	line      *line // the connection it was sent on last; nil if that is not known
	isReused  bool  // which it was not the first one on
	sent      int64 // what line had taken before
	got       int64 // and given
	isUnheard bool  // it has certainly heard nothing of the request
}

// forward carries a request to its upstream, and the answer back.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, route Route) {
	if err := p.comesRound(r.Header); err != nil {
		p.explain(w, r, route, err)
		return
	}
	if target, _ := pathFor(r, route); !setTarget(new(url.URL), target) {
		refuseTarget(w)
		return
	}
	x := &exchange{
		p: p, w: w, r: r, route: route, u: route.Upstream, early: early{w: w, r: r}, upgrade: upgradeOf(r),
		isTwo: route.Target.Scheme == limen.SchemeH2C || r.ProtoMajor == 2 && isGRPC(r),
	}
	switch {
	case x.upgrade == "" && r.Method == http.MethodConnect:
		refuseTunnel(w, r)
		return
	case !isExtended(r): // what such a one has for a body is the other protocol
		x.load = newLoad(w, r, p.config)
	}
	x.serve()
}

// serve asks the upstream, and passes on what it answers.
func (x *exchange) serve() {
	x.hold.sends = sendsOf(x.r.Context())
	defer x.load.end()
	defer x.u.comeBack()
	ctx, cancel := context.WithCancelCause(x.r.Context())
	defer cancel(nil)
	x.load.watch(cancel)
	res, err := x.insist(ctx, cancel)
	if err != nil {
		x.fail(err)
		return
	}
	x.answer(ctx, res)
}

// insist asks the upstream until there is an answer, or it is of no use to ask
// again.
func (x *exchange) insist(ctx context.Context, cancel context.CancelCauseFunc) (*http.Response, error) {
	for {
		moved := x.u.move()
		res, err := x.ask(ctx, cancel)
		switch {
		case x.turnsSecret(ctx, res, err) && x.load.rewind():
			discard(res)
			continue
		case err == nil:
			return res, nil
		case !x.mayHold(err):
			return nil, err
		}
		if err := x.wait(ctx, moved, err); err != nil {
			return nil, err
		}
	}
}

// ask sends the request once, and returns the head of the answer.
func (x *exchange) ask(ctx context.Context, cancel context.CancelCauseFunc) (res *http.Response, err error) {
	x.line, x.isReused, x.sent, x.got, x.isUnheard = nil, false, 0, 0, false
	if manner, _ := x.u.how(); manner == mannerUnknown && x.r.Method == http.MethodGet && strings.Contains(x.r.Header.Get("Accept"), "text/html") {
		// An answer may take minutes. But what has never said anything may never
		// do so, and whoever looks at a blank page wants to know.
		silence := time.AfterFunc(x.u.patience, func() { cancel(errSilent) })
		defer silence.Stop()
	}
	switch {
	case x.upgrade != "":
		res, err = x.askUpgrade(ctx)
	case x.isTwo:
		res, err = x.askTransport(ctx)
	default:
		res, err = x.askTether(ctx)
	}
	switch {
	case isAbsence(err):
		x.u.learn(mannerPlain, manners[x.u.target.Scheme]) // what comes next may be another program
	case err != nil:
		err = x.fault(ctx, err)
	}
	return res, err
}

// askTransport sends the request by HTTP/2.
func (x *exchange) askTransport(ctx context.Context) (*http.Response, error) {
	if manner, _ := x.u.how(); manner == mannerUnknown {
		x.u.speaksTLS(ctx, manner) // now, because a call of gRPC is a stream, which cannot be sent twice
	}
	defer x.early.end()
	return x.u.two.RoundTrip(x.request(x.early.trace(ctx, x.use)))
}

// use notes the connection that a request is sent on.
func (x *exchange) use(c net.Conn, isReused bool) {
	l, ok := c.(*line)
	if x.line, x.isReused = l, isReused; !ok {
		return
	}
	x.sent, x.got = l.sent.Load(), l.got.Load()
	if x.load != nil {
		l.load.Store(x.load.now)
	}
}

// fail says why there is no answer, unless nobody is left to hear it.
func (x *exchange) fail(err error) {
	broken := x.load.end()
	if x.load.wasStopped() {
		x.r = x.r.WithContext(context.WithoutCancel(x.r.Context()))
	}
	if broken != nil || x.r.Context().Err() != nil {
		x.breakOff(faultGone)
	}
	if errors.Is(err, errCut) && x.u.target.Scheme == limen.SchemeHTTP && x.u.speaksTLS(x.r.Context(), mannerPlain) {
		err = fmt.Errorf("%w: %w", errSecret, err) // which it does not say, as Node does not
	}
	x.p.explain(x.load.answered(x.w), x.r, x.route, err)
}

// breakOff ends an answer in the middle, and tells whoever records why. What is wrong with
// the request is why the answer ends, too.
func (x *exchange) breakOff(fault string) {
	switch broken := x.load.end(); {
	case broken != nil:
		captureOf(x.w).refused(broken)
	case x.r.Context().Err() != nil:
		blame(x.w, faultGone)
	default:
		blame(x.w, fault)
	}
	mustEnd()
}

// mustEnd ends a connection, or a stream of HTTP/2, in the middle: that is what
// a server takes this panic for, and the only way to say that an answer is
// not whole.
func mustEnd() { panic(http.ErrAbortHandler) }

// discard lets go of an answer that nobody gets.
func discard(res *http.Response) {
	if res != nil {
		res.Body.Close()
	}
}

// refuseTunnel refuses a CONNECT to anywhere, which is for proxies of another
// kind (RFC 9110, section 9.3.6), and one for a protocol other than WebSocket
// (RFC 8441, section 4).
func refuseTunnel(w http.ResponseWriter, r *http.Request) {
	status := http.StatusMethodNotAllowed
	if len(r.Header[":protocol"]) > 0 {
		status = http.StatusNotImplemented
	}
	refuse(w, strings.ToLower(http.StatusText(status)), status)
}

// refuseTarget refuses a path that would not reach the upstream as it was sent.
func refuseTarget(w http.ResponseWriter) {
	refuse(w, "a path that begins with two slashes has a character that must be escaped (RFC 3986, 3.3)", http.StatusBadRequest)
}

// refuse answers with a sentence.
func refuse(w http.ResponseWriter, why string, status int) {
	blame(w, why)
	http.Error(w, why, status)
}

// errUnsent is of a request of which nothing has left this machine.
var errUnsent = errors.New("the connection ended before the request was sent")
