package wait

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// lookClosed proves by a refused connection that nobody answers. As long as
// the kernel knows of somebody who waits there, he is not disturbed.
func lookClosed(w Waiter, g limen.Goal) func(context.Context) sight {
	return func(ctx context.Context) sight {
		pause := calm
		if w.Held != nil {
			held, err := w.Held(ctx, g)
			switch {
			case err == nil && held:
				return sight{saw: "somebody listens there", pause: quick}
			case err == nil:
				pause = quick
			}
		}
		var open, closed []string
		for _, host := range hosts(g) {
			at := net.JoinHostPort(host, strconv.Itoa(int(g.Port)))
			err := connect(ctx, "tcp", at)
			switch {
			case err == nil:
				return sight{saw: at + " answers", pause: calm}
			case errors.Is(err, errRefused):
				closed = append(closed, at)
			case !isAbsent(err):
				open = append(open, fmt.Sprintf("%s: %v", at, err))
			}
		}
		if len(open) == 0 && len(closed) > 0 {
			return sight{saw: "connection refused at " + strings.Join(closed, " and "), reached: true}
		}
		return sight{saw: orNowhere(open), pause: pause}
	}
}
