package wait

import (
	"context"
	"errors"
	"io/fs"

	"github.com/limenhq/limen"
)

// lookSocket connects to a Unix socket. That its file is there proves nothing:
// it stays behind when its server ends.
func lookSocket(_ Waiter, g limen.Goal) func(context.Context) sight {
	return func(ctx context.Context) sight {
		switch err := connect(ctx, "unix", g.Path); {
		case err == nil:
			return sight{saw: g.Path + " answers", reached: true}
		case errors.Is(err, fs.ErrNotExist):
			return sight{saw: g.Path + " is not there", pause: quick}
		default:
			return sight{saw: g.Path + ": " + err.Error(), pause: quick}
		}
	}
}

// lookNoSocket waits until nobody answers at a Unix socket.
func lookNoSocket(_ Waiter, g limen.Goal) func(context.Context) sight {
	return func(ctx context.Context) sight {
		switch err := connect(ctx, "unix", g.Path); {
		case err == nil:
			return sight{saw: g.Path + " answers", pause: calm}
		case errors.Is(err, fs.ErrNotExist):
			return sight{saw: g.Path + " is not there", reached: true}
		case errors.Is(err, errRefused):
			return sight{saw: g.Path + " refuses", reached: true}
		default:
			return sight{saw: g.Path + ": " + err.Error(), pause: quick}
		}
	}
}
