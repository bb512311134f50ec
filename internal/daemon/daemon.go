// Package daemon is the limen that keeps running, and connects whoever asks
// with the place where verbs are carried out: that limen, if one runs that sees
// the same machine, or else this process.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
)

// Config says for whom verbs are carried out. The zero value is this process.
type Config struct {
	Host host.Config

	Getenv  func(string) string // nil means the environment's
	Environ func() []string     // of a daemon that is started; nil means the environment
	Tell    func(limen.Notice)  // what is to be known beside an answer; nil for nobody

	Grace time.Duration // that a daemon which answers nothing has to end; 0 means ten seconds
}

// Front is where programs run in the foreground.
type Front = host.Front

// offKey is a variable that has every limen carry out verbs itself, with the
// value "off".
const offKey = "LIMEN_DAEMON"

// IsOff reports whether no daemon is wanted.
func (c Config) IsOff() bool { return c.getenv(offKey) == "off" }

func (c Config) getenv(name string) string {
	if c.Getenv == nil {
		return os.Getenv(name)
	}
	return c.Getenv(name)
}

func (c Config) environ() []string {
	read := c.Environ
	if read == nil {
		read = os.Environ
	}
	return read()
}

func (c Config) tell(n limen.Notice) {
	if c.Tell != nil {
		c.Tell(n)
	}
}

// newHost returns what carries out verbs in this process.
func (c Config) newHost() *host.Host {
	if c.Host.Carrier.Dial == nil {
		c.Host.Carrier = carrier
	}
	c.Host.Alone = c.IsOff()
	return host.New(c.Host)
}

// Connect returns the place that where names: another machine, or this one if
// where is empty. Of this one it is the daemon, if one answers that sees the
// machine as this process does, and this process otherwise; it starts none. The
// caller ends its use of the place by calling done.
func Connect(ctx context.Context, where string, c Config) (p op.Place, done func() error, err error) {
	if where != "" {
		return nil, nil, &limen.Error{
			Kind: limen.Unsupported,
			What: fmt.Sprintf("cannot ask the machine %q", where),
			Why:  "this limen only knows the machine it runs on",
			Next: "run limen there",
		}
	}
	return connect(ctx, c, patience)
}

// connect is Connect for this machine, whose daemon has so much time to answer.
func connect(ctx context.Context, c Config, most time.Duration) (p op.Place, done func() error, err error) {
	h := c.newHost()
	near := h.Ops()
	if c.IsOff() {
		return near, nothing, nil
	}
	m, err := meet(ctx, h, most)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case errors.Is(err, limen.Denied): // it is another user's, whose home this process was given
		return near, nothing, nil
	case err != nil:
		c.tell(limen.Notice{What: "the daemon cannot be asked, so this limen looks for itself", Why: whyOf(err), Next: nextOf(err, "limen daemon status")})
		return near, nothing, nil
	case m == nil:
		return near, nothing, nil
	}
	if why := m.difference(); why != "" {
		if m.seesTheSame() {
			c.tell(limen.Notice{What: "the daemon is not asked, so this limen looks for itself", Why: why, Next: "limen daemon start replaces it"})
		}
		return near, m.client.Close, nil
	}
	return op.Split{Near: near, Far: m.client}, m.client.Close, nil
}

func nothing() error { return nil }

// Enter does what this process was started for by another limen, if it was: to
// guard programs, or to hand sockets to one.
func Enter(environ func() []string) (entered bool, err error) { return host.Enter(environ) }

// version is which limen this is: a release, or what Go makes of a commit.
func version() string {
	is, ok := debug.ReadBuildInfo()
	if !ok || is.Main.Version == "" {
		return unreleased
	}
	return is.Main.Version
}

// unreleased is the version of a program that does not know its commit.
const unreleased = "(devel)"
