// Package proxy answers for names: it finds the route that a request means,
// carries the request to the upstream that the route leads to, and says in plain
// words why where that cannot be.
package proxy

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
)

// Config says how names are answered. The zero value answers HTTP alone.
type Config struct {
	Now func() time.Time // nil means the system's clock

	// Certificate is a tls.Config's GetCertificate. If it is nil there is no
	// HTTPS: a connection that begins with TLS is closed.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

	// Circumstance says what is known of a route whose upstream gives no answer.
	// Nil means nothing.
	Circumstance func(context.Context, limen.Route) Circumstance

	// Look looks for listeners before a name counts as unknown, or a route as
	// leading nowhere: one may be open since a moment ago. It is called for one
	// request at a time. Nil means that there is nothing to look at.
	Look func(ctx context.Context, host string)

	// Token lets whoever comes over loopback with it see all names. An empty one
	// lets nobody.
	Token string

	// Patience is how long a request that may be held waits for its upstream.
	// Zero means 10 s.
	Patience time.Duration

	// Drain says, when serving ends, how long requests that are under way may go
	// on. Nil means 10 s.
	Drain func() time.Duration

	// Connections is how many there may be at one time. Zero means as many as
	// the limit on descriptors has room for.
	Connections int

	// Tell hears of what went wrong and that no client can be told of. Nil means
	// that nobody listens. It may be called by several goroutines.
	Tell func(limen.Gap)

	plain bool // everything goes the long way; for tests
	eager bool // clients are at a loop from their first request on; for tests
}

// A Circumstance is what is known of an upstream that gives no answer. Its texts
// are foreign.
type Circumstance struct {
	Last       string // who had it last, in words: vite (pid 812) of shop, until 2 minutes ago
	Command    string // what starts it
	Directory  string // and where
	IsStarting bool   // limen is starting it
	Progress   string // how far that is, such as its last lines
	Framework  string // what it seems to be built with, such as vite
}

// A Proxy answers for names. Its methods may be called by several goroutines.
type Proxy struct {
	config Config
	table  Table
	mark   string // of this very proxy, by which a request that comes round is known
	looks  looks
	ties   ties // of upgraded connections

	recorder atomic.Pointer[Recorder] // nil while nobody records
	tunnels  tunnels
}

// New returns a proxy that knows no route yet. It starts nothing.
func New(c Config) *Proxy {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Tell == nil {
		c.Tell = func(limen.Gap) {}
	}
	c.Patience = cmp.Or(c.Patience, 10*time.Second)
	return &Proxy{config: c, mark: "limen-" + strings.ToLower(rand.Text()[:10])}
}

// Set makes these the routes, from the next request on. The upstreams of routes
// that stay must be the same ones.
func (p *Proxy) Set(routes []Route) { p.table.set(routes) }

// ServeHTTP answers a request: by the upstream of its route, or with why not.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if by := p.recorder.Load(); by != nil {
		p.capture(*by, w, r)
		return
	}
	route, answer := p.direct(r)
	answer(p, w, r, route)
}

// direct finds out who answers a request.
func (p *Proxy) direct(r *http.Request) (Route, answer) {
	if p.isMisdirected(r) {
		return Route{}, answerMisdirected
	}
	route, ok := p.table.find(r)
	if !ok && p.config.Look != nil {
		p.looks.look(r.Context(), r.Host, p.config.Look)
		route, ok = p.table.find(r)
	}
	if !ok {
		return Route{}, answerUnknown
	}
	if path, _ := sentPath(r); strays(path, &route) {
		return route, answerStrayed
	}
	return route, (*Proxy).forward
}

// An answer is one way to answer. The route is the zero one where there is none.
type answer func(*Proxy, http.ResponseWriter, *http.Request, Route)

func answerMisdirected(p *Proxy, w http.ResponseWriter, r *http.Request, _ Route) {
	p.misdirected(w, r)
}

func answerUnknown(p *Proxy, w http.ResponseWriter, r *http.Request, _ Route) { p.unknown(w, r) }

func answerStrayed(p *Proxy, w http.ResponseWriter, r *http.Request, _ Route) { p.strayed(w, r) }
