package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headerTime = 20 * time.Second // to send the head of a request, or the first byte of a connection
	idleTime   = 2 * time.Minute  // between two requests
	stallTime  = 5 * time.Minute  // to take a piece of a body; as a whole, a body may take as long as it moves
	drainTime  = 2 * time.Second  // to finish what was begun when serving ends
	mostHead   = 64 << 10         // bytes of the head of a request
)

// Serve answers on listeners until ctx ends, HTTP and HTTPS alike: the first
// byte of a connection tells which it is. Requests that are being answered then
// have two seconds to end. It closes the listeners.
func (s *Site) Serve(ctx context.Context, listeners ...net.Listener) error {
	requests, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	server := &http.Server{
		Handler:                      s.Handler(),
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            headerTime,
		IdleTimeout:                  idleTime,
		MaxHeaderBytes:               mostHead,
		TLSConfig: &tls.Config{
			GetCertificate: s.certificate, MinVersion: tls.VersionTLS12,
			NextProtos: []string{"h2", "http/1.1"}, // said here, because HTTP alone, which may be served first, sets up no HTTP/2
		},
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    silent(),
	}
	var (
		running sync.WaitGroup
		ended   = make(chan error, 2*len(listeners))
		secrets = &handover{conns: make(chan net.Conn), closed: make(chan struct{})}
	)
	if len(listeners) > 0 {
		secrets.address = listeners[0].Addr()
	}
	running.Go(func() { s.keepFresh(requests) })
	running.Go(func() { s.keepRecord(requests) })
	running.Go(func() { ended <- server.ServeTLS(secrets, "", "") })
	for _, l := range listeners {
		running.Go(func() { ended <- server.Serve(&sorter{Listener: l, secret: secrets, now: s.now}) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended: // a listener that broke: the others do not go on alone
	}
	end() // those who only wait for news, as pages for their reload, leave now
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if server.Shutdown(drain) != nil {
		server.Close() // what did not end in time is cut
	}
	running.Wait()
	if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
		return ctx.Err()
	}
	return err
}

// silent is a log that nobody reads: net/http would write foreign text to
// standard error.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
