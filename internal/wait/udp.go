package wait

import (
	"context"
	"time"

	"github.com/limenhq/limen"
)

// lookUDP asks the kernel: nobody answers a connection, which UDP has not, and
// what a server would answer to is its own affair.
func lookUDP(w Waiter, g limen.Goal) func(context.Context) sight {
	return func(ctx context.Context) sight {
		if w.Held == nil {
			return sight{saw: "the kernel's table is not known here", pause: time.Second}
		}
		held, err := w.Held(ctx, g)
		switch {
		case err != nil:
			return sight{saw: err.Error(), pause: calm}
		case held:
			return sight{saw: "a socket is open there, in the kernel's table", reached: g.State == limen.GoalReady, pause: quick}
		}
		return sight{saw: "no socket is open there, in the kernel's table", reached: g.State == limen.GoalClosed, pause: quick}
	}
}
