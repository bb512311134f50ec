package wire

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// Serve answers on a listener until ctx ends. Feeds end with it; verbs get some
// seconds to come to their end, and are told to stop then. It returns nil once
// nothing runs any more, with the listener closed.
//
// If the listener is closed first, as by Leave, whatever runs may come to its
// end, however long that takes, or until ctx ends.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	return serve(ctx, l, h, usual)
}

// idle is how long a connection may be kept on which nothing is asked.
const idle = 2 * time.Minute

func serve(ctx context.Context, l net.Listener, h http.Handler, p pace) error {
	// What runs ends when we say so, which is later than ctx does.
	base, cancel := context.WithCancelCause(context.WithValue(context.WithoutCancel(ctx), endingKey{}, ctx))
	defer cancel(nil)
	silent := silentConns{open: map[net.Conn]bool{}}
	srv := &http.Server{
		Handler:           h,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       withCaller,
		ConnState:         silent.note,
		ReadHeaderTimeout: p.asking,
		IdleTimeout:       idle,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          log.New(io.Discard, "", 0), // whoever asks is told; there is nobody else
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served: // the listener fails
		if errors.Is(err, net.ErrClosed) {
			silent.end()
			_ = srv.Shutdown(ctx) // says only that ctx has ended
		}
		cancel(errEnding)
		return errors.Join(err, shut(srv, &silent, p.patience), srv.Close())
	case <-ctx.Done():
	}
	err := shut(srv, &silent, p.patience)
	if err != nil {
		cancel(errEnding)
		err = shut(srv, &silent, p.patience)
	}
	if err != nil {
		err = &limen.Error{
			Kind: limen.Internal, What: "cannot end in peace", Why: "something that was asked for goes on, though it was told to stop",
			Next: "report it: https://github.com/limenhq/limen/issues",
		}
	}
	closed := srv.Close()
	<-served
	return errors.Join(err, closed)
}

// shut waits for what runs, as long as patience allows, and takes nothing new.
func shut(srv *http.Server, silent *silentConns, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	silent.end()
	return srv.Shutdown(ctx)
}

type endingKey struct{}

// endingOf returns the context that ends when the server begins to.
func endingOf(ctx context.Context) context.Context {
	if ending, ok := ctx.Value(endingKey{}).(context.Context); ok {
		return ending
	}
	return context.Background()
}

// silentConns are connections on which nothing was asked yet. A server that
// shuts down would wait five seconds for each (net/http, Server.Shutdown).
type silentConns struct {
	mu    sync.Mutex // guards what follows
	open  map[net.Conn]bool
	ended bool
}

func (s *silentConns) note(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state != http.StateNew {
		delete(s.open, c)
		return
	}
	if s.ended {
		c.Close()
		return
	}
	s.open[c] = true
}

func (s *silentConns) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for c := range s.open {
		c.Close()
	}
}
