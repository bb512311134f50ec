package wait

import (
	"context"
	"time"

	"github.com/limenhq/limen"
)

// lookFree binds the port.
func lookFree(w Waiter, g limen.Goal) func(context.Context) sight {
	t := limen.TCP
	if g.Transport != 0 {
		t = g.Transport
	}
	return func(context.Context) sight {
		if w.Bind == nil {
			return sight{saw: "ports cannot be tried here", pause: time.Second}
		}
		where, free := w.Bind(t, g.Port)
		return sight{saw: where, reached: free, pause: quick}
	}
}
