package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/limenhq/limen"
)

// A mishap is a way in which an upstream can give no answer.
type mishap struct {
	is     func(error) bool
	status int
	kind   limen.Kind
	proxy  string // for programs: an error of Proxy-Status (RFC 9209, section 2.3)

	// In what follows {name} is the route's, {place} its target in words,
	// {target} as it is typed, and {endpoint} how other commands take it.
	why, next, code string

	isAbsence bool // it is worth saying who was there last, and what starts it
}

// mishaps are those that have an explanation, the surest first.
var mishaps = []mishap{
	{
		is:     isOf[*loopError],
		status: http.StatusLoopDetected, kind: limen.Invalid, proxy: "proxy_loop_detected",
		why: "the request has come round: {error}", next: "let {name} lead to a server", code: "limen route add {name} PORT --force",
	},
	{
		is:     isAbsence,
		status: http.StatusBadGateway, kind: limen.NotFound, proxy: "connection_refused",
		why: "nothing listens at {place}", next: "start the server", isAbsence: true,
	},
	{
		is:     is(errBusy),
		status: http.StatusServiceUnavailable, kind: limen.Busy, proxy: "connection_limit_reached",
		why: "nothing listens at {place}, and as many requests as may wait for it do already", next: "start the server", isAbsence: true,
	},
	{
		is:     isOf[*net.DNSError],
		status: http.StatusBadGateway, kind: limen.NotFound, proxy: "dns_error",
		why: "the name in {target} is nobody's", next: "let {name} lead elsewhere", code: "limen route add {name} TARGET --force",
	},
	{
		is:     isAny(isOf[*tls.CertificateVerificationError], isOf[x509.UnknownAuthorityError], isOf[x509.HostnameError], isOf[x509.CertificateInvalidError]),
		status: http.StatusBadGateway, kind: limen.Denied, proxy: "tls_certificate_error",
		why: "this machine does not trust the certificate of {place}", next: "let {name} lead to it by the name that its certificate is for, or by http://",
	},
	{
		is:     isAny(is(errPlain), isOf[tls.RecordHeaderError]),
		status: http.StatusBadGateway, kind: limen.Invalid, proxy: "tls_protocol_error",
		why: "{place} speaks no TLS, which the route says it does", next: "let {name} lead to it in the clear", code: "limen route add {name} {http} --force",
	},
	{
		is:     is(errSecret),
		status: http.StatusBadGateway, kind: limen.Invalid, proxy: "http_protocol_error",
		why: "{place} speaks TLS, where the route says HTTP in the clear", next: "let {name} lead to it by TLS", code: "limen route add {name} {https} --force",
	},
	{
		is:     isOf[tls.AlertError],
		status: http.StatusBadGateway, kind: limen.Unsupported, proxy: "tls_alert_received",
		why: "{place} and limen found no way to speak TLS: {error}", next: "look into the log of the server",
	},
	{
		is:     is(errNotHTTP),
		status: http.StatusBadGateway, kind: limen.Invalid, proxy: "http_protocol_error",
		why: "what {place} says is not HTTP", next: "see what it speaks", code: "limen identify {endpoint}",
	},
	{
		is:     is(errSilent),
		status: http.StatusGatewayTimeout, kind: limen.Busy, proxy: "http_response_timeout",
		why: "{place} takes connections and says nothing", next: "see what its process does, in its log or with a debugger",
	},
	{
		is:     isTimeout,
		status: http.StatusGatewayTimeout, kind: limen.Busy, proxy: "connection_timeout",
		why: "{place} lets no connection in", next: "see whether its machine is there, and what its firewall lets through",
	},
	{
		is:     isAny(is(errCut), is(io.EOF), is(io.ErrUnexpectedEOF), is(syscall.ECONNRESET), is(syscall.EPIPE), is(wsaReset)),
		status: http.StatusBadGateway, kind: limen.Internal, proxy: "connection_terminated",
		why: "{place} ended the connection before it answered", next: "look into the log of the server",
	},
}

// wsaRefused and wsaReset are WSAECONNREFUSED and WSAECONNRESET of winsock2.h,
// which syscall has no names for on other systems.
const (
	wsaRefused = syscall.Errno(10061)
	wsaReset   = syscall.Errno(10054)
)

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func isOf[T error](err error) bool {
	var one T
	return errors.As(err, &one)
}

func isAny(all ...func(error) bool) func(error) bool {
	return func(err error) bool {
		for _, is := range all {
			if is(err) {
				return true
			}
		}
		return false
	}
}

// isAbsence reports whether nothing listens: at the port, or, of a socket in
// the file system, at its path.
func isAbsence(err error) bool {
	return errors.Is(err, errNowhere) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaRefused) || errors.Is(err, syscall.ENOENT)
}

func isTimeout(err error) bool {
	var slow net.Error
	return errors.As(err, &slow) && slow.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// explain says why there is no answer from an upstream.
func (p *Proxy) explain(w http.ResponseWriter, r *http.Request, route Route, err error) {
	if r.Context().Err() != nil {
		mustEnd() // nobody waits for it any more
	}
	m := mishap{
		status: http.StatusBadGateway, kind: limen.Internal, proxy: "proxy_internal_error",
		why: "{error}", next: "look into the log of the server",
	}
	for _, known := range mishaps {
		if known.is(err) {
			m = known
			break
		}
	}
	s := m.saying(route.Route, err)
	if p.config.Circumstance != nil && isLocal(r) { // directories and commands are nobody else's to know
		s.heed(p.config.Circumstance(r.Context(), route.Route), m.isAbsence)
	}
	say(w, r, s)
}

// aboutTap says of what stands before a server what is said of names.
var aboutTap = strings.NewReplacer("let {name} lead to", "tap", "let {name} lead", "tap", "limen route add {name}", "limen tap", " --force", "")

// saying puts a mishap into words for one route.
func (m mishap) saying(route limen.Route, err error) saying {
	name := route.Name + route.Path
	if route.Name == AnyOwn { // it has no name of its own
		name = placeOf(route.Target)
		m.next, m.code = aboutTap.Replace(m.next), aboutTap.Replace(m.code)
	}
	target := route.Target.String()
	host := strings.TrimPrefix(strings.TrimPrefix(target, "https://"), "http://")
	if route.Target == (limen.Target{Port: route.Target.Port}) {
		host = "localhost:" + target
	}
	words := strings.NewReplacer(
		"{name}", tame(name), "{place}", tame(placeOf(route.Target)), "{target}", tame(target), "{error}", tame(reasonOf(err)),
		"{endpoint}", tame(endpointOf(route.Target)), "{http}", "http://"+tame(host), "{https}", "https://"+tame(host),
	)
	return saying{
		status: m.status, proxy: m.proxy, code: words.Replace(m.code),
		Error: limen.Error{Kind: m.kind, What: "no answer from " + tame(name), Why: words.Replace(m.why), Next: words.Replace(m.next)},
	}
}

// heed adds what is known of the upstream.
func (s *saying) heed(c Circumstance, isAbsence bool) {
	if !isAbsence {
		return
	}
	if c.IsStarting {
		s.status, s.Kind, s.proxy = http.StatusServiceUnavailable, limen.Busy, "destination_unavailable"
		s.What = strings.Replace(s.What, "no answer from ", "", 1) + " is starting"
		s.Why, s.Next, s.code = "it does not listen yet", "wait a moment, and ask again", ""
		s.quote, s.isComing = tameLines(c.Progress), true
		return
	}
	if c.Last != "" {
		s.Why += "; last there: " + tame(c.Last)
	}
	if c.Command != "" {
		s.code = tame(c.Command)
		if s.Next = "start it"; c.Directory != "" {
			s.Next += ", in " + tame(c.Directory)
		}
	}
}

// placeOf is where a target is, in words.
func placeOf(t limen.Target) string {
	switch {
	case t.Socket != "":
		return "the socket " + t.Socket
	case t.Container != "":
		return "the container " + t.Container
	case t == (limen.Target{Port: t.Port}):
		return "port " + t.String()
	}
	return t.String()
}

// endpointOf is a target as commands take it that ask an endpoint: a port of
// this machine, or an address.
func endpointOf(t limen.Target) string {
	switch {
	case t.Port == 0 || t.Container != "":
		return "PORT"
	case t.Host == "":
		return limen.Target{Port: t.Port}.String()
	}
	return limen.Target{Host: t.Host, Port: t.Port}.String()
}
