package proxy

import (
	"context"
	"sync"
)

// Looks has listeners looked for, once for all who ask for the same host at the
// same time, and for one host after the other. Its zero value is ready.
type looks struct {
	turn sync.Mutex // of who looks; never taken while mu is held

	mu  sync.Mutex // guards what follows
	now map[string]*glimpse
}

// A glimpse is a look on behalf of a host.
type glimpse struct {
	over  chan struct{}
	isCut bool // who has looked was gone before it was done; set before over is closed
}

// look looks on behalf of a host, or waits for who does already. Should that one leave,
// another looks in its place.
func (l *looks) look(ctx context.Context, host string, look func(context.Context, string)) {
	for ctx.Err() == nil {
		g, isOurs := l.join(host)
		if isOurs {
			l.lead(ctx, host, g, look)
			return
		}
		select {
		case <-g.over:
			if !g.isCut {
				return
			}
		case <-ctx.Done():
		}
	}
}

// join returns the look that goes on for a host, and whether it is the caller's to begin.
func (l *looks) join(host string) (g *glimpse, isOurs bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.now[host]; g != nil {
		return g, false
	}
	if l.now == nil {
		l.now = map[string]*glimpse{}
	}
	g = &glimpse{over: make(chan struct{})}
	l.now[host] = g
	return g, true
}

// lead looks, and tells those who wait.
func (l *looks) lead(ctx context.Context, host string, g *glimpse, look func(context.Context, string)) {
	defer func() {
		l.mu.Lock()
		delete(l.now, host)
		l.mu.Unlock()
		g.isCut = ctx.Err() != nil
		close(g.over)
	}()
	l.turn.Lock()
	defer l.turn.Unlock()
	look(ctx, host)
}
