package cli

import (
	"context"
	"io"
	"os"
	"time"
)

// glance is how often is looked whether anyone still reads.
const glance = time.Second

// whileRead returns a context that ends with the one it is given, or when
// nobody reads what is written to w any more: then its cause is that of the
// write that would fail. Without it, a watch whose reader has enough would
// live on until something happens, as behind "| head -1". It starts a
// goroutine, which has ended when leave returns.
func whileRead(ctx context.Context, w io.Writer, every time.Duration) (_ context.Context, leave func()) {
	f, ok := w.(*os.File)
	if !ok {
		return ctx, func() {}
	}
	ctx, end := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if isUnread(f) {
					end(pipeGone[0])
				}
			}
		}
	}()
	return ctx, func() {
		end(nil)
		<-ended
	}
}
