package wait

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// loopback is where a port without an address is looked for: whoever types one
// means localhost, whichever family that is.
var loopback = []string{"127.0.0.1", "::1"}

// hosts returns where a port is looked for.
func hosts(g limen.Goal) []string {
	if g.Host == "" {
		return loopback
	}
	return []string{g.Host}
}

// pauseFor is the pause between looks at a port. A name is looked up each
// time, and perhaps by another machine.
func pauseFor(g limen.Goal) time.Duration {
	if _, err := netip.ParseAddr(g.Host); g.Host != "" && err != nil {
		return calm
	}
	return quick
}

// lookPort connects, which is all that proves that somebody answers: also to a
// port that is forwarded, and that the kernel's table has no listener for.
func lookPort(_ Waiter, g limen.Goal) func(context.Context) sight {
	return func(ctx context.Context) sight {
		var failed []string
		for _, host := range hosts(g) {
			at := net.JoinHostPort(host, strconv.Itoa(int(g.Port)))
			err := connect(ctx, "tcp", at)
			if err == nil {
				return sight{saw: fmt.Sprintf("%s answers", at), reached: true}
			}
			if !isAbsent(err) {
				failed = append(failed, fmt.Sprintf("%s: %v", at, err))
			}
		}
		return sight{saw: orNowhere(failed), pause: pauseFor(g)}
	}
}

func orNowhere(failed []string) string {
	if len(failed) == 0 {
		return "this machine has no such address"
	}
	return strings.Join(failed, ", ")
}
