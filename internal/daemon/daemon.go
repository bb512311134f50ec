// Package daemon connects whoever asks with the place where verbs are carried
// out: today always this process, later also a limen that keeps running.
package daemon

import (
	"context"
	"fmt"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
)

// Config is what the host is told about the machine it looks at.
type Config = host.Config

// Front is where programs run in the foreground.
type Front = host.Front

// Connect returns the place that where names: another machine, or this one if
// where is empty. The caller ends its use of the place by calling done.
func Connect(_ context.Context, where string, c Config) (p op.Place, done func() error, err error) {
	if where != "" {
		return nil, nil, &limen.Error{
			Kind: limen.Unsupported,
			What: fmt.Sprintf("cannot ask the machine %q", where),
			Why:  "this limen only knows the machine it runs on",
			Next: "run limen there",
		}
	}
	if c.Carrier.Dial == nil {
		c.Carrier = carrier
	}
	return host.New(c).Ops(), func() error { return nil }, nil
}

// Enter does what this process was started for by another limen, if it was: to
// guard programs, or to hand sockets to one.
func Enter(environ func() []string) (entered bool, err error) { return host.Enter(environ) }
