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
	now map[string]chan struct{}
}

// look looks on behalf of a host, or waits for who does already.
func (l *looks) look(ctx context.Context, host string, look func(context.Context, string)) {
	l.mu.Lock()
	if done, ok := l.now[host]; ok {
		l.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
		}
		return
	}
	done := make(chan struct{})
	if l.now == nil {
		l.now = map[string]chan struct{}{}
	}
	l.now[host] = done
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.now, host)
		l.mu.Unlock()
		close(done)
	}()
	l.turn.Lock()
	defer l.turn.Unlock()
	look(ctx, host)
}
