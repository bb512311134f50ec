package proxy

import (
	"context"
	"testing"
	"testing/synctest"
)

// Whoever reloads a page leaves the first request, and waits with the second.
func TestWhoWaitsForALookGetsOneAlsoIfTheOtherLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l looks
		untilLeft := func(ctx context.Context, _ string) { <-ctx.Done() }
		ctx, leave := context.WithCancel(t.Context())
		go l.look(ctx, "shop.localhost", untilLeft)
		synctest.Wait()
		looked, isSeen := 0, make(chan struct{})
		for range 3 {
			go l.look(t.Context(), "shop.localhost", func(context.Context, string) { looked++; <-isSeen })
		}
		synctest.Wait()
		if looked != 0 {
			t.Error("two look at the same time")
		}
		leave()
		synctest.Wait()
		if looked != 1 {
			t.Errorf("when the first had left, it was looked %d times", looked)
		}
		close(isSeen)
	})
}
