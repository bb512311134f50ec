package cli

import (
	"context"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var proxy = command{
	name:  "proxy",
	short: "have names answered, and see which there are",
	long: "Makes sure that names are answered: starts the daemon, if it does not run. Then it says at which ports, what browsers make of " +
		"HTTPS, which names there are and where each leads, and which name two projects want.\n\n" +
		"Each server of yours that speaks HTTP gets a name as soon as it opens a port: that of its project, as in https://shop.localhost, " +
		"or of its branch too in a linked worktree, as in https://shop.feature-x.localhost. limen listens on loopback addresses alone, and never asks for a password: " +
		"if it may not have port 443, it takes 8443 and says which command would change that.",
	examples: []entry{
		{"limen proxy", "start it, or see how it is"},
		{"limen proxy --json", "for scripts: the names, where they are answered, and gaps"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 0 {
			return invalid("cannot answer for %q alone", c.args[0])("limen answers for all names; one more is made with limen route add", "limen proxy")
		}
		if env.config().IsOff() {
			return &limen.Error{Kind: limen.NotFound, What: "cannot have names answered", Why: "LIMEN_DAEMON is off", Next: "unset LIMEN_DAEMON"}
		}
		return c.askDaemon(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			standing, err := op.Standing.On(ctx, place, op.StandingIn{})
			if err != nil {
				return err
			}
			rs, err := op.Routes.On(ctx, place, op.RoutesIn{Trust: true})
			if err != nil {
				return err
			}
			if err := view.Proxy(env.Out, rs, standing, f, o); err != nil {
				return err
			}
			if !f.TellsGaps {
				if err := view.Gaps(env.Err, rs.Gaps); err != nil {
					return err
				}
			}
			if len(rs.Doors) > 0 {
				return nil
			}
			return &limen.Error{
				Kind: limen.NotFound, What: "cannot have names answered", Why: "no port is open for them: the daemon was started without names",
				Next: "limen daemon stop, then limen proxy",
			}
		})
	},
}

// askDaemon is ask, in a place that answers for names: the daemon, which is
// started if it does not run.
func (c call) askDaemon(ctx context.Context, env Env, do func(place op.Place, f view.Format, o view.Options) error) error {
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	place, done, err := env.ensure(ctx)
	if err != nil {
		return err
	}
	defer done()
	return do(place, f, o)
}
