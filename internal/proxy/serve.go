package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

const (
	headTime  = 20 * time.Second // how long a head may take to come
	bodyTime  = time.Minute      // how long a client may send nothing of a body that it has begun
	stallTime = 5 * time.Minute  // how long it may take nothing of its answer
	idleTime  = 3 * time.Minute  // how long a connection waits for its next request
	drainTime = 10 * time.Second // how long requests may go on when serving has ended
	quietTime = 10 * time.Second // how long a client that is being answered must have been silent to make room for another
)

// Serve answers on listeners until ctx ends, HTTP and HTTPS alike: the first
// byte of a connection tells which it is. It takes no new connection then, and
// returns when the last one has ended, or when Config.Drain has passed and those
// that were left have been cut off. It closes the listeners.
func (p *Proxy) Serve(ctx context.Context, listeners ...net.Listener) error {
	defer p.ties.Wait()
	f := newFront(p.config, p)
	if !p.config.plain {
		f.sorter.hot, f.sorter.isEager = p, p.config.eager
	}
	return f.serve(ctx, listeners)
}

// A front is what stands between listeners and a handler.
type front struct {
	crowd  *crowd
	sorter *sorter
	web    *http.Server // for HTTP/1.1
	tell   func(limen.Gap)
	drain  func() time.Duration
}

func newFront(c Config, h http.Handler) *front {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Tell == nil {
		c.Tell = func(limen.Gap) {}
	}
	if c.Drain == nil {
		c.Drain = func() time.Duration { return drainTime }
	}
	h = unfailing(h, c.Tell)
	f := &front{crowd: newCrowd(cmp.Or(c.Connections, roomForGuests()), c.Now), tell: c.Tell, drain: c.Drain}
	f.sorter = &sorter{
		handler: h, now: c.Now, plain: newHandover(), body: bodyTime,
		limits: h2Limits{head: headTime, stall: stallTime, idle: idleTime, now: c.Now, tell: c.Tell},
	}
	if c.Certificate != nil {
		f.sorter.secret = &tls.Config{GetCertificate: c.Certificate, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	}
	f.web = &http.Server{
		Handler: h, IdleTimeout: idleTime, // of heads and bodies, what reads them takes care
		DisableGeneralOptionsHandler: true, // OPTIONS * is for a name as well as any other request
		Protocols:                    new(http.Protocols),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return c.(interface {
				note(context.Context) context.Context
			}).note(ctx)
		},
		ConnState: func(c net.Conn, s http.ConnState) { c.(interface{ heed(http.ConnState) }).heed(s) },
		ErrorLog:  log.New(io.Discard, "", 0), // what it would say concerns its clients alone
	}
	f.web.Protocols.SetHTTP1(true)
	return f
}

// serve is what Serve is for a proxy.
func (f *front) serve(ctx context.Context, listeners []net.Listener) error {
	// Requests outlive ctx, by as long as they are let.
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	f.web.BaseContext = func(net.Listener) context.Context { return base }
	stop := context.AfterFunc(ctx, func() {
		for _, l := range listeners {
			l.Close()
		}
	})
	defer stop()

	var accepting, serving sync.WaitGroup
	f.sorter.start, f.sorter.base = serving.Go, base
	f.sorter.loops = &loops{start: serving.Go, now: f.sorter.now}
	keeping, rest := context.WithCancel(context.WithoutCancel(ctx)) // what is cut off it finds, too
	defer rest()
	serving.Go(func() { f.newKeeper().run(keeping) })
	serving.Go(func() { f.web.Serve(f.sorter.plain) }) // it ends when told, and only then
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		accepting.Go(func() {
			failed <- f.accept(ctx, l, func(g *guest) { serving.Go(func() { f.sorter.sort(ctx, g) }) })
		})
	}
	accepting.Wait()
	f.end(cut)
	f.sorter.plain.Close()
	f.sorter.loops.end()
	rest()
	serving.Wait()
	close(failed)
	var err error
	for e := range failed {
		err = cmp.Or(err, e)
	}
	return err
}

// end lets the requests that are under way go on for a while, and then cuts them
// off.
func (f *front) end(cut func()) {
	f.web.SetKeepAlivesEnabled(false) // each answer says that it is the last
	f.crowd.disperse()
	late := time.AfterFunc(f.drain(), func() {
		f.crowd.cut() // first: what a handler says that was cut off must not look like an answer
		cut()
	})
	defer late.Stop()
	f.crowd.wait()
}
